const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder;
});

/** CRC-32C (RFC 3720, appendix B.4), masked as LevelDB stores it: rotated by 15 bits, and shifted. */
export function maskedChecksum(...parts: readonly Uint8Array[]): number {
  let remainder = 0xffffffff;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      remainder = (remainder >>> 8) ^ (table[(remainder ^ (part[i] as number)) & 0xff] as number);
    }
  }
  const sum = ~remainder >>> 0;
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}
