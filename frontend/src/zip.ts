// A zip archive without compression: what an xlsx file needs, and nothing more.
const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function header(signature: number, name: Uint8Array, data: Uint8Array, central: boolean, offset: number): Uint8Array {
  const out = new Uint8Array((central ? 46 : 30) + name.length);
  const view = new DataView(out.buffer);
  let at = 0;
  const two = (value: number) => { view.setUint16(at, value, true); at += 2; };
  const four = (value: number) => { view.setUint32(at, value, true); at += 4; };
  four(signature);
  if (central) two(20);
  two(20); two(0x0800); two(0);
  two(0); two(0x21); // 1980-01-01, so that equal tables give equal files
  four(crc32(data)); four(data.length); four(data.length);
  two(name.length); two(0);
  if (central) { two(0); two(0); two(0); four(0); four(offset); }
  out.set(name, at);
  return out;
}

export function zip(files: [string, string][]): Uint8Array[] {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const index: Uint8Array[] = [];
  let offset = 0;
  for (const [path, text] of files) {
    const name = encoder.encode(path);
    const data = encoder.encode(text);
    const local = header(0x04034b50, name, data, false, 0);
    index.push(header(0x02014b50, name, data, true, offset));
    parts.push(local, data);
    offset += local.length + data.length;
  }
  const size = index.reduce((sum, item) => sum + item.length, 0);
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, files.length, true);
  view.setUint16(10, files.length, true);
  view.setUint32(12, size, true);
  view.setUint32(16, offset, true);
  return [...parts, ...index, end];
}
