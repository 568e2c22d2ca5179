/** The sum of decimal texts as text, exact to the last digit: money is never added as a float. */
export function exactSum(...texts: readonly string[]): string {
  const scale = Math.max(0, ...texts.map((text) => fractionOf(text).length));
  const units = texts.reduce((sum, text) => sum + BigInt(text.replace('.', '') + '0'.repeat(scale - fractionOf(text).length)), 0n);
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`}`;
}

/** A decimal text with the other sign. */
export function negated(text: string): string {
  return text.startsWith('-') ? text.slice(1) : `-${text}`;
}

function fractionOf(text: string): string {
  return text.split('.')[1] ?? '';
}
