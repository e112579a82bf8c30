"""Reads the frames of a camera until it is stopped, as every tutorial does."""

import signal
import sys

import cv2

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
capture = cv2.VideoCapture(sys.argv[1])
while True:
    more, frame = capture.read()
    if not more:
        break
