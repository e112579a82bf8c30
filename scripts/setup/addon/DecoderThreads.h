// The number of threads with which FFmpeg decodes. OpenCV takes that of the machine's CPUs, also in a process that may use
// fewer (cpuset, taskset), and before version 4.8 has no option for it. With N threads a frame of H.264 or H.265 comes out
// N - 1 frames late and costs up to a fifth more. OpenCV's call of avcodec_open2 finds the one here first, because the
// dynamic linker searches the addon before the libraries that it needs. opencv-addon.mjs includes this file in the
// package's cc/io/VideoCapture.cc.

#ifdef __linux__
#include <dlfcn.h>
#endif

namespace DecoderThreads {

/** What the captures that are opened next are limited to; 0: no limit. */
int most = 0;
/** Larger pictures are not limited, pixels. */
double largest = 0;
/** Of the decoder that was opened last; 0: unknown. */
int used = 0;

/** Arguments: the number of threads, and the size of the largest pictures to which it applies, pixels. */
NAN_METHOD(Limit) {
  most = Nan::To<int>(info[0]).FromMaybe(0);
  largest = Nan::To<double>(info[1]).FromMaybe(0);
  used = 0;
}

/** The number of threads of the decoder that was opened last; 0 when that is unknown. */
NAN_METHOD(Used) { info.GetReturnValue().Set(Nan::New(used)); }

} // namespace DecoderThreads

#ifdef __linux__
// FFmpeg's headers are not needed to compile the addon: these are functions with a stable ABI.
extern "C" __attribute__((visibility("default"))) int avcodec_open2(void* context, const void* codec, void** options) {
  using Open = int (*)(void*, const void*, void**);
  using GetSize = int (*)(void*, const char*, int, int*, int*);
  using GetInteger = int (*)(void*, const char*, int, int64_t*);
  using SetInteger = int (*)(void*, const char*, int64_t, int);
  const auto open = reinterpret_cast<Open>(dlsym(RTLD_NEXT, "avcodec_open2"));
  const auto size = reinterpret_cast<GetSize>(dlsym(RTLD_NEXT, "av_opt_get_image_size"));
  const auto get = reinterpret_cast<GetInteger>(dlsym(RTLD_NEXT, "av_opt_get_int"));
  const auto set = reinterpret_cast<SetInteger>(dlsym(RTLD_NEXT, "av_opt_set_int"));
  if (!open) return -1;
  int width = 0, height = 0;
  int64_t threads = 0;
  if (size && get && set && size(context, "video_size", 0, &width, &height) >= 0 &&
      get(context, "threads", 0, &threads) >= 0) {
    using namespace DecoderThreads;
    const bool isLimited = most > 0 && threads > most && double(width) * height <= largest;
    if (isLimited && set(context, "threads", most, 0) >= 0) threads = most;
    used = int(threads);
  }
  return open(context, codec, options);
}
#endif
