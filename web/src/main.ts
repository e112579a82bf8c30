import { byId, create } from "./dom.ts";
import { FaceDialog } from "./face-dialog.ts";
import { FaceList, type View } from "./face-list.ts";
import { cameraList, type FaceEntry, facePage, listen } from "./server.ts";
import { dayText, stateText } from "./words.ts";

const camera = byId("camera", HTMLSelectElement);
const day = byId("day", HTMLInputElement);
const view = byId("view", HTMLSelectElement);
const end = byId("end", HTMLParagraphElement);
const faultLine = byId("fault", HTMLParagraphElement);

const list: FaceList = new FaceList(byId("faces", HTMLElement), (entry) => dialog.show(entry));
const dialog = new FaceDialog(
  (key, step) => list.neighbour(key, step),
  (key) => list.focus(key),
);

/** Pages beyond what was chosen last are thrown away. */
let chosen = new AbortController();
/** Where the next page begins; undefined at the end. */
let next: string | undefined = "";
let isReading = false;

/** Begins again with what is chosen. */
function restart(): void {
  chosen.abort();
  chosen = new AbortController();
  isReading = false;
  next = dayEnd();
  list.clear(view.value as View);
  rememberChoice();
  void readMore();
}

/** The day after the chosen one, in milliseconds: faces before it are shown; "" without one. */
function dayEnd(): string {
  return day.value === "" ? "" : String(Date.parse(day.value) + 86_400_000);
}

async function readMore(): Promise<void> {
  if (isReading || next === undefined) return;
  isReading = true;
  end.textContent = "Reading ...";
  const { signal } = chosen;
  try {
    const page = await facePage(camera.value, next, signal);
    if (signal.aborted) return;
    for (const entry of page.faces) list.add(entry);
    next = page.next;
    showFault("server", undefined);
    end.textContent = next === undefined ? (list.size === 0 ? nothing() : "These are all faces.") : "";
  } catch (error) {
    if (signal.aborted) return;
    end.textContent = "";
    showFault("server", error instanceof TypeError ? unreachable : (error as Error).message);
    return;
  } finally {
    if (!signal.aborted) isReading = false;
  }
  if (isEndNear()) void readMore();
}

const unreachable = "The server of this page cannot be reached. It may have been stopped.";

function nothing(): string {
  const when = day.value === "" ? "" : ` on or before ${dayText(day.value)}`;
  return `There is no face${when} yet.`;
}

/** Some screens before the end, so that scrolling never waits. */
function isEndNear(): boolean {
  return end.getBoundingClientRect().top < innerHeight * 3;
}

/** What arrives is shown among the newest; on an older day nothing new arrives. */
function isShown({ folder, capturedAt }: FaceEntry): boolean {
  const limit = dayEnd();
  return (
    (camera.value === "" || camera.value === folder) &&
    (limit === "" || Date.parse(capturedAt) < Number(limit))
  );
}

/** After an interruption: the newest page has what was missed. */
async function catchUp(): Promise<void> {
  const { signal } = chosen;
  await refreshCameras();
  const { faces } = await facePage(camera.value, dayEnd(), signal);
  if (!signal.aborted) for (const entry of faces) list.add(entry);
}

async function refreshCameras(): Promise<void> {
  const { cameras, store } = await cameraList();
  byId("store", HTMLParagraphElement).textContent = store;
  const wanted = camera.value || new URLSearchParams(location.search).get("camera") || "";
  for (const name of cameras) {
    if (Array.from(camera.options).some(({ value }) => value === name)) continue;
    const option = create("option", "", name);
    option.value = name;
    camera.append(option);
  }
  if (cameras.includes(wanted)) camera.value = wanted;
}

/** One sentence for each thing that is wrong. */
const faults = new Map<"server" | "store", string>();

function showFault(where: "server" | "store", sentence: string | undefined): void {
  if (sentence === undefined) faults.delete(where);
  else faults.set(where, sentence);
  const text = [...faults.values()].join(" ");
  if (faultLine.textContent !== text) faultLine.textContent = text;
  faultLine.hidden = text === "";
}

/** In the address, so that a view can be kept as a bookmark. */
function rememberChoice(): void {
  const values = { camera: camera.value, day: day.value, view: view.value === "faces" ? "" : view.value };
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));
  history.replaceState(null, "", query.size === 0 ? "/" : `/?${query}`);
}

function readChoice(): void {
  const query = new URLSearchParams(location.search);
  const wanted = query.get("day") ?? "";
  if (/^\d{4}-\d\d-\d\d$/.test(wanted)) day.value = wanted;
  if (query.get("view") === "visits") view.value = "visits";
}

readChoice();
byId("filters", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
for (const each of [camera, day, view]) each.addEventListener("change", restart);
byId("now", HTMLButtonElement).addEventListener("click", () => {
  day.value = "";
  restart();
  scrollTo({ top: 0 });
});
addEventListener("scroll", () => isEndNear() && void readMore(), { passive: true });
addEventListener("resize", () => isEndNear() && void readMore());

let wasLost = false;
let broker = "";
await refreshCameras().catch((error) => showFault("server", String((error as Error).message)));
restart();
listen({
  onOpen: () => {
    showFault("server", undefined);
    if (wasLost) void catchUp().catch(() => undefined);
    wasLost = false;
  },
  onFace: (entry) => {
    if (!Array.from(camera.options).some(({ value }) => value === entry.folder)) void refreshCameras();
    if (!isShown(entry)) return;
    list.add(entry);
    if (end.textContent === nothing()) end.textContent = "";
  },
  onStored: (keys) => {
    for (const key of keys) {
      list.stored(key);
      dialog.update(list.get(key));
    }
  },
  onState: (state) => {
    byId("state", HTMLParagraphElement).textContent = stateText(state);
    showFault("store", state.storeFault);
    // What came between two ways of hearing.
    if (broker !== "" && broker !== state.broker) void catchUp().catch(() => undefined);
    broker = state.broker;
  },
  onLost: () => {
    wasLost = true;
    showFault("server", unreachable);
  },
});
