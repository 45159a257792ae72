// zlib.crc32 exists from Node.js 22.2 on; this is for earlier versions.
const steps = Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) {
    n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  }

  return n >>> 0;
});

/** crc32 returns the CRC-32 (IEEE) of bytes. */
export function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum = steps[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  }

  return (sum ^ 0xffffffff) >>> 0;
}
