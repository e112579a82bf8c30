import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { randomFrom } from "../../../../../src/vision/worker/synthetic/random.ts";

/** A proxy to a camera of this machine: forwards bytes in both directions, and garbles those of the camera for a while. */
export async function garblingProxy(port: number) {
  const random = randomFrom(1);
  const sockets = new Set<Socket>();
  let toGarble = 0;
  const server = createServer((viewer) => {
    const camera = connect(port, "127.0.0.1");
    for (const socket of [viewer, camera]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        viewer.destroy();
        camera.destroy();
      });
    }
    viewer.pipe(camera);
    camera.on("data", (chunk) => viewer.write(toGarble-- > 0 ? garble(chunk, random) : chunk));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    /** Garbles the next chunks from the camera, this many. */
    garble(chunks: number) {
      toGarble = chunks;
    },
    get garbling() {
      return toGarble > 0;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Changes about one byte in 500, and inserts a few more at one place. */
function garble(chunk: Buffer, random: () => number): Buffer {
  const changed = Buffer.from(chunk);
  const place = () => Math.floor(random() * changed.length);
  for (let count = Math.ceil(changed.length / 500); count > 0; count--) changed[place()] = random() * 256;
  const at = place();
  const more = Buffer.from(Array.from({ length: 7 }, () => random() * 256));
  return Buffer.concat([changed.subarray(0, at), more, changed.subarray(at)]);
}
