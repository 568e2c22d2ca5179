import type { ReactNode } from 'react';
import css from './qr-picture.module.css';
import { qrCode } from './qr-code.ts';

/** Modules of white that readers want around a code. */
const QUIET = 4;

/** A text as a picture that a phone reads; nothing where it is too long for one. Dark on white in every theme, as readers want it. */
export function QrPicture({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const rows = qrCode(text);
  if (rows === undefined) return null;
  const size = rows.length + 2 * QUIET;
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : []))).join('');
  return (
    <svg className={css.picture} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={dark} fill="#000" />
    </svg>
  );
}
