import { landmarkNames } from "../../../face/face.ts";
import type { ExportedFace } from "../exported-face.ts";

/** Lines between landmarks, as positions in `landmarkNames` from 1. */
const skeleton = [
  [1, 3],
  [2, 3],
  [3, 4],
  [3, 5],
  [4, 5],
];

const category = {
  id: 1,
  name: "face",
  supercategory: "person",
  keypoints: landmarkNames.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
  skeleton,
};

/**
 * A document for keypoint detection, as cocodataset.org's "Data format" describes it: an image and an annotation for each face,
 * with the same id. Fields that COCO does not have are facts of the face. `faces` is read twice.
 */
export async function* cocoDocument(faces: () => AsyncIterable<ExportedFace>): AsyncGenerator<string> {
  const info = { description: "Faces exported by facepipe", version: "1.0" };
  yield `{"info":${JSON.stringify(info)},"licenses":[],"categories":${JSON.stringify([category])},\n"images":[`;
  yield* entries(faces(), imageOf);
  yield '\n],\n"annotations":[';
  yield* entries(faces(), annotationOf);
  yield "\n]}\n";
}

async function* entries(
  faces: AsyncIterable<ExportedFace>,
  entry: (id: number, face: ExportedFace) => unknown,
): AsyncGenerator<string> {
  let id = 0;
  for await (const face of faces) yield `${id++ === 0 ? "" : ","}\n${JSON.stringify(entry(id, face))}`;
}

function imageOf(id: number, { file_name, picture, facts }: ExportedFace): unknown {
  const { width, height } = picture;
  const { id: face, camera, epoch, seq, visit, capturedAt, frame, box, crop, aligned, detector } = facts;
  return {
    id,
    file_name,
    width,
    height,
    date_captured: capturedAt.slice(0, 19).replace("T", " "),
    facts: { id: face, camera, epoch, seq, visit, capturedAt, frame, box, crop, aligned, detector },
  };
}

function annotationOf(id: number, { picture, facts }: ExportedFace): unknown {
  const { x, y, width, height } = picture.box;
  const { landmarks } = picture;
  return {
    id,
    image_id: id,
    category_id: category.id,
    iscrowd: 0,
    bbox: [x, y, width, height],
    area: width * height,
    segmentation: [[x, y, x + width, y, x + width, y + height, x, y + height]],
    num_keypoints: landmarks ? landmarkNames.length : 0,
    // Visibility 2: labeled and visible; 0: not labeled, with both coordinates 0.
    keypoints: landmarkNames.flatMap((name) =>
      landmarks ? [landmarks[name].x, landmarks[name].y, 2] : [0, 0, 0],
    ),
    score: facts.score,
    quality: facts.quality,
  };
}
