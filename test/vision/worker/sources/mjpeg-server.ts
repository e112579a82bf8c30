import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A network camera that repeats these JPEG files as multipart/x-mixed-replace, `fps` per second. */
export async function mjpegServer(frames: readonly Buffer[], fps: number, port = 0) {
  const camera = await mjpegSender(port);
  let index = 0;
  const timer = setInterval(() => camera.send(frames[index++ % frames.length] as Buffer), 1000 / fps);
  return {
    ...camera,
    close() {
      clearInterval(timer);
      return camera.close();
    },
  };
}

/** A network camera that sends what `send` is called with. */
export async function mjpegSender(port = 0) {
  const viewers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (request.url !== "/video") return response.writeHead(404).end();
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
    viewers.add(response);
    response.on("close", () => viewers.delete(response));
    return response;
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}/video`,
    port: bound,
    send(jpeg: Buffer) {
      for (const viewer of viewers) sendPart(viewer, jpeg);
    },
    /** Keeps the open connections but sends nothing on them any more; new ones get frames. */
    mute: () => viewers.clear(),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close").catch(() => undefined);
    },
  };
}

function sendPart(viewer: ServerResponse, jpeg: Buffer): void {
  viewer.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
  viewer.write(jpeg);
  viewer.write("\r\n");
}
