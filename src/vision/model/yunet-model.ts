/** A file whose every byte is known. */
export interface ModelFile {
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  /** Of the whole file, lower-case hexadecimal. */
  readonly sha256: string;
}

/** YuNet, the face detector: size "n", for images of any size. License: Apache-2.0. */
export const yunetModel: ModelFile = {
  name: "yunet_n_dynamic.onnx",
  // Pinned to a commit, because a branch moves.
  url: "https://raw.githubusercontent.com/ShiqiYu/libfacedetection.train/dca340aa082c71081a68d17db8e58b33a58a914b/onnx/yunet_n_dynamic.onnx",
  bytes: 322_906,
  sha256: "104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12",
};
