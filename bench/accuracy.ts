import { judge, type Verdict } from "./accuracy/evaluate.ts";
import { findImages, withoutLabels } from "./accuracy/images.ts";
import { readLabels } from "./accuracy/labels.ts";
import { readAccuracyChoices } from "./accuracy/options.ts";
import { type Judged, reportAccuracy } from "./accuracy/report.ts";
import { plainly } from "./support/run-benchmark.ts";

await plainly(async () => {
  const { sets, candidates, minLabel, json } = readAccuracyChoices();
  // All that can be wrong with the labels is said before anything runs.
  const ready = sets.map(({ images: folder, labels }) => {
    const images = findImages(folder, readLabels(labels, minLabel));
    const left = withoutLabels(folder, images);
    const some = left.length > 3 ? `${left.slice(0, 3).join(", ")} ...` : left.join(", ");
    if (left.length > 0)
      process.stderr.write(`${left.length} images of ${folder} have no labels and are left out: ${some}\n`);
    return { folder, images };
  });
  const judged: Judged[] = [];
  for (const { folder, images } of ready) {
    const verdicts: Verdict[] = [];
    for (const candidate of candidates) {
      process.stderr.write(`${candidate.name} looks at ${images.length} images of ${folder}\n`);
      verdicts.push(...(await judge(images, candidate)));
    }
    const labels = images.reduce((sum, { boxes }) => sum + boxes.length, 0);
    judged.push({ folder, images: images.length, labels, verdicts });
  }
  reportAccuracy(judged, json);
});
