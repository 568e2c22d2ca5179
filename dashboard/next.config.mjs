import path from 'node:path';

/** @type {import('next').NextConfig} */
const config = {
  output: 'export',
  // scripts/dashboard.mjs says where; it moves the finished export to dashboard/out in one step.
  distDir: process.env.DASHBOARD_OUT ?? 'out',
  reactStrictMode: true,
  experimental: {
    // A page that is asked for in the moment in which the server goes away waits for it, instead of giving way to the browser's error page.
    useOffline: true,
    // Pages hold no figures, only the places of them: one that was shown opens again without asking the server, for as long as a session may last.
    staleTimes: { dynamic: 12 * 3600, static: 12 * 3600 },
  },
  poweredByHeader: false,
  images: { unoptimized: true },
  transpilePackages: ['trader'],
  turbopack: { root: path.dirname(import.meta.dirname) },
  // `npm run verify -- types` checks them, once.
  typescript: { ignoreBuildErrors: true, tsconfigPath: 'tsconfig.next.json' },
};

export default config;
