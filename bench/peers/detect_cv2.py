"""Detects the faces in a video and publishes each as a PNG, as every tutorial does. Prints the boxes."""

import json
import sys

import cv2
import paho.mqtt.client as mqtt

video, cascade_file, port = sys.argv[1], sys.argv[2], int(sys.argv[3])

client = mqtt.Client("detect")
client.connect("127.0.0.1", port)
client.loop_start()

cascade = cv2.CascadeClassifier(cascade_file)
capture = cv2.VideoCapture(video)
frames, boxes = 0, []
while True:
    more, frame = capture.read()
    if not more:
        break
    gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    for x, y, w, h in cascade.detectMultiScale(gray, 1.3, 5):
        done, png = cv2.imencode(".png", gray[y : y + h, x : x + w])
        client.publish("faces/python", png.tobytes())
        boxes.append([frames, int(x), int(y), int(w), int(h)])
    frames += 1

client.loop_stop()
client.disconnect()
print(json.dumps({"frames": frames, "boxes": boxes}))
