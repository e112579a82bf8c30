import { aborted } from "../../base/abort.ts";
import { eventFields } from "../../base/log-events.ts";
import { createObjectStore } from "../../sinks/target.ts";
import { loginFaults } from "../broker-connection.ts";
import { defineRole } from "../role.ts";
import { bucketOptions, storeConcurrency } from "../stored-objects.ts";
import { Arrivals } from "./arrivals.ts";
import { startBrokerFeed } from "./broker-feed.ts";
import { ChunkCache } from "./chunk-cache.ts";
import { createHandler } from "./http/routes.ts";
import { startPageServer } from "./http/server.ts";
import { readStaticFiles } from "./http/static-files.ts";
import { Live } from "./live.ts";
import { galleryOptions, pageFaults } from "./options.ts";
import { Pictures } from "./pictures.ts";
import { watchStore } from "./watch-store.ts";

export const gallery = defineRole({
  name: "gallery",
  summary: "Serves a web page that shows what is in a store",
  examples: [
    "facepipe gallery --from ./faces",
    "facepipe gallery --from s3://my-bucket/site-a --broker mqtt://localhost:1883",
    "facepipe gallery --from ./faces --listen 0.0.0.0:8080 --auth-file users.txt",
  ],
  options: galleryOptions,
  check: (settings) => [...pageFaults(settings), ...loginFaults({ ...settings, url: settings.broker })],
  async run(settings, context) {
    const { log, print, stop, fail } = context;
    const { from, objectKey: layout, broker, listen, authFile } = settings;
    const files = await readStaticFiles();
    const store = createObjectStore(from, bucketOptions(settings, storeConcurrency));
    const live = new Live(broker ? "lost" : "none");
    try {
      await store.open(stop);
      const pictures = new Pictures(store);
      const state = { reader: { store, layout, cache: new ChunkCache(store) }, pictures, live, stop };
      const server = await startPageServer(listen, authFile, createHandler(state, files), log);
      const arrivals = new Arrivals(live, pictures, layout.keyOf);
      const onState = (connected: boolean) => live.update({ broker: connected ? "connected" : "lost" });
      const feed = broker && startBrokerFeed(broker, settings, arrivals, onState, context);
      log.info(eventFields("page_listening"), `the page of ${store.target} is on ${server.url}`);
      print(`page           ${server.url}`);
      context.ready();
      const watching = watchStore(state, () => live.state.broker !== "connected").catch(fail);
      await aborted(stop);
      live.stop();
      await Promise.all([server.stop(), feed?.stop(), watching]);
    } finally {
      live.stop();
      store.close();
    }
    return {};
  },
});
