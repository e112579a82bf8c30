const mark = 0xff;
const soi = 0xd8;
const eoi = 0xd9;
const sos = 0xda;

/** A larger picture is none, bytes: what is kept of a stream is bounded. */
export const largestPicture = 32 * 2 ** 20;

/** A picture begins so: its SOI marker, and the first byte of the next marker. */
const beginning = Buffer.of(mark, soi, mark);

/** What a walk through a picture comes to. */
type End =
  | { readonly kind: "complete" | "cut" | "damaged"; readonly at: number }
  /** More bytes are needed; `at`: the walk goes on there. */
  | { readonly kind: "more" };

/**
 * Finds the JPEG pictures in a stream of bytes, whatever is around them.
 *
 * The parts of multipart/x-mixed-replace (boundaries, headers, lengths) are ignored on purpose: cameras write them wrong in
 * many ways, and browsers show their pictures all the same. A picture is walked from marker to marker (ITU-T T.81, annex B),
 * so that the thumbnail within its EXIF data neither begins nor ends one.
 */
export class JpegFinder {
  #buffer = Buffer.alloc(2 ** 16);
  #length = 0;
  /** Where the walk through the picture at 0 goes on: at a marker, or within entropy-coded data. */
  #at = 0;
  #inScan = false;
  #damaged = 0;
  #passed = 0;
  /** Some cameras write no picture's EOI marker: then the next picture ends one. */
  #hasEnds = false;

  /** Pictures so far that were cut off or damaged. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Bytes so far that belong to no picture. */
  get passed(): number {
    return this.#passed;
  }

  /** Adds bytes of the stream, and returns the pictures that they complete. */
  push(chunk: Buffer): Buffer[] {
    this.#append(chunk);
    const found: Buffer[] = [];
    while (this.#begin()) {
      const end = this.#walk();
      if (end.kind === "more") {
        if (this.#length <= largestPicture) break;
        this.#damaged++;
        this.#skip(beginning.length - 1);
        continue;
      }
      const isWhole = end.kind === "complete" || (end.kind === "cut" && !this.#hasEnds);
      if (end.kind === "complete") this.#hasEnds = true;
      if (isWhole) found.push(Buffer.from(this.#buffer.subarray(0, end.at)));
      else this.#damaged++;
      // After damage the next picture may begin anywhere: a wrong length may have led past it.
      this.#drop(end.kind === "damaged" ? beginning.length - 1 : end.at);
    }
    return found;
  }

  /** Drops what is before the next beginning of a picture; false when there is none yet. */
  #begin(): boolean {
    if (this.#at > 0) return true;
    const start = this.#buffer.subarray(0, this.#length).indexOf(beginning);
    // Its first bytes may have come already.
    this.#skip(start < 0 ? Math.max(0, this.#length - beginning.length + 1) : start);
    if (start < 0) return false;
    this.#at = 2;
    this.#inScan = false;
    return true;
  }

  /** Goes on through the picture at 0. */
  #walk(): End {
    const buffer = this.#buffer.subarray(0, this.#length);
    for (;;) {
      if (this.#inScan) {
        const next = buffer.indexOf(mark, this.#at);
        this.#at = next < 0 ? buffer.length : next;
        if (this.#at + 1 >= buffer.length) return { kind: "more" };
        const code = buffer[this.#at + 1] as number;
        // A stuffed byte, a restart marker, a fill byte: the data goes on.
        if (code === 0 || (code >= 0xd0 && code <= 0xd7)) this.#at += 2;
        else if (code === mark) this.#at++;
        else if (code === soi) return { kind: "cut", at: this.#at };
        else this.#inScan = false;
        continue;
      }
      if (this.#at + 1 >= buffer.length) return { kind: "more" };
      const code = buffer[this.#at + 1] as number;
      if (buffer[this.#at] !== mark) return { kind: "damaged", at: this.#at };
      if (code === mark) this.#at++;
      else if (code === eoi) return { kind: "complete", at: this.#at + 2 };
      else if (code < 0xc0 || (code >= 0xd0 && code <= soi)) return { kind: "damaged", at: this.#at };
      else {
        if (this.#at + 4 > buffer.length) return { kind: "more" };
        const length = buffer.readUInt16BE(this.#at + 2);
        if (length < 2) return { kind: "damaged", at: this.#at };
        this.#at += 2 + length;
        this.#inScan = code === sos;
      }
    }
  }

  #append(chunk: Buffer): void {
    const length = this.#length + chunk.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(length, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#length);
    this.#length = length;
  }

  #skip(bytes: number): void {
    this.#passed += bytes;
    this.#drop(bytes);
  }

  #drop(bytes: number): void {
    this.#buffer.copyWithin(0, bytes, this.#length);
    this.#length -= bytes;
    this.#at = 0;
  }
}
