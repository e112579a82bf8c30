import { type Evaluation, evaluate } from "./accuracy/evaluate.ts";
import { findImages, withoutLabels } from "./accuracy/images.ts";
import { readLabels } from "./accuracy/labels.ts";
import { readAccuracyOptions } from "./accuracy/options.ts";
import { type EvaluatedSet, reportAccuracy } from "./accuracy/report.ts";
import { runBenchmark } from "./support/run-benchmark.ts";

await runBenchmark(async () => {
  const { sets, candidates, minLabel, json } = readAccuracyOptions();
  // Faults of the labels are reported before anything runs.
  const imageSets = sets.map(({ images: folder, labels }) => {
    const images = findImages(folder, readLabels(labels, minLabel));
    const unlabelled = withoutLabels(folder, images);
    const names = unlabelled.length > 3 ? `${unlabelled.slice(0, 3).join(", ")} ...` : unlabelled.join(", ");
    if (unlabelled.length > 0)
      process.stderr.write(
        `${unlabelled.length} images of ${folder} have no labels and are skipped: ${names}\n`,
      );
    return { folder, images };
  });
  const evaluated: EvaluatedSet[] = [];
  for (const { folder, images } of imageSets) {
    const evaluations: Evaluation[] = [];
    for (const candidate of candidates) {
      process.stderr.write(`${candidate.name}: analyzing ${images.length} images of ${folder}\n`);
      evaluations.push(...(await evaluate(images, candidate)));
    }
    const labels = images.reduce((sum, { boxes }) => sum + boxes.length, 0);
    evaluated.push({ folder, images: images.length, labels, evaluations });
  }
  reportAccuracy(evaluated, json);
});
