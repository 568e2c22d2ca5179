import path from 'node:path';

/** @type {import('next').NextConfig} */
const config = {
  output: 'export',
  // scripts/dashboard.mjs says where; it moves the finished export to dashboard/out in one step.
  distDir: process.env.DASHBOARD_OUT ?? 'out',
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
  transpilePackages: ['trader'],
  turbopack: { root: path.dirname(import.meta.dirname) },
  // `npm run verify -- types` checks them, once.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.next.json' },
};

export default config;
