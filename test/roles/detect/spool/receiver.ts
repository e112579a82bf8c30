import { EventEmitter, once } from "node:events";
import type { TestContext } from "node:test";
import { type EpochRecord, epochPrefix, parseEpochRecord } from "../../../../src/face/epoch-record.ts";
import type { FaceFacts } from "../../../../src/face/face.ts";
import { decodeMessage } from "../../../../src/face/message.ts";
import { encodeReceipt, receiptTopic } from "../../../../src/face/receipt.ts";
import { clientAt } from "../../../pipeline/client.ts";

/** What the receiver says of a face: nothing, or a receipt. */
export type Answer = "stored" | "repeated" | "nothing" | { readonly refused: string };

export interface ReceivedFace {
  readonly facts: FaceFacts;
  readonly payload: Buffer;
}

/** Stands in for store: receives faces and epoch records, and publishes the receipts that a test wants. */
export class Receiver {
  readonly faces: ReceivedFace[] = [];
  readonly records: EpochRecord[] = [];
  readonly #changed = new EventEmitter().setMaxListeners(0);
  answer: (face: ReceivedFace) => Answer = () => "stored";
  confirmsRecords = true;

  static async at(t: TestContext, url: string, answer?: (face: ReceivedFace) => Answer): Promise<Receiver> {
    const receiver = new Receiver();
    if (answer) receiver.answer = answer;
    const client = await clientAt(t, url);
    client.on("message", (topic, payload) => {
      const reply = topic.startsWith(epochPrefix) ? receiver.#record(payload) : receiver.#face(payload);
      if (reply) client.publish(receiptTopic(topic), encodeReceipt(reply), { qos: 1 });
      receiver.#changed.emit("change");
    });
    await client.subscribeAsync(["faces/#", `${epochPrefix}#`], { qos: 1 });
    return receiver;
  }

  /** The sequence numbers that were received, in order, repeats included. */
  get seqs(): number[] {
    return this.faces.map(({ facts }) => facts.seq);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changed, "change");
  }

  #face(payload: Buffer) {
    const decoded = decodeMessage(payload);
    if (decoded.kind !== "face") throw new Error("detect publishes faces only");
    const face = { facts: decoded.facts, payload };
    this.faces.push(face);
    const { camera, epoch, seq } = face.facts;
    const answer = this.answer(face);
    if (answer === "nothing") return undefined;
    if (answer === "stored") return { v: 1, camera, epoch, stored: [[seq, seq]] } as const;
    if (answer === "repeated") return { v: 1, camera, epoch, stored: [], repeated: [[seq, seq]] } as const;
    return { v: 1, camera, epoch, stored: [], refused: [{ seq, reason: answer.refused }] } as const;
  }

  #record(payload: Buffer) {
    const record = parseEpochRecord(payload);
    if (!record) throw new Error("detect publishes epoch records only");
    this.records.push(record);
    const { camera, epoch } = record;
    return this.confirmsRecords ? ({ v: 1, camera, epoch, stored: [], ended: true } as const) : undefined;
  }
}
