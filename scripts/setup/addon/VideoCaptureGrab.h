// cv::VideoCapture::grab and ::retrieve, which @u4/opencv4nodejs does not bind: with its read alone, every frame that is
// passed over would be converted to BGR, which takes as long as half its decoding. opencv-addon.mjs includes this file in
// the package's cc/io/VideoCapture.cc.

namespace VideoCaptureGrab {

/** Whether there is a next frame. */
NAN_METHOD(Grab) {
  FF::TryCatch tryCatch("VideoCapture::Grab");
  try {
    VideoCapture* capture = Nan::ObjectWrap::Unwrap<VideoCapture>(info.This());
    info.GetReturnValue().Set(Nan::New(capture->self.grab()));
  } catch (const std::exception& error) {
    tryCatch.throwError(error.what());
  }
}

/** The frame that was grabbed last; empty when it cannot be decoded. */
NAN_METHOD(Retrieve) {
  FF::TryCatch tryCatch("VideoCapture::Retrieve");
  try {
    VideoCapture* capture = Nan::ObjectWrap::Unwrap<VideoCapture>(info.This());
    cv::Mat frame;
    capture->self.retrieve(frame);
    info.GetReturnValue().Set(Mat::Converter::wrap(frame));
  } catch (const std::exception& error) {
    tryCatch.throwError(error.what());
  }
}

} // namespace VideoCaptureGrab
