"""Writes each message as one object, one after the other, as most scripts do."""

import sys

import boto3
import paho.mqtt.client as mqtt

port, client_id, topic, endpoint, bucket = int(sys.argv[1]), *sys.argv[2:6]

s3 = boto3.client("s3", endpoint_url=endpoint)
stored = 0


def on_connect(client, userdata, flags, rc):
    client.subscribe(topic, qos=1)


def on_message(client, userdata, message):
    global stored
    stored += 1
    s3.put_object(Bucket=bucket, Key=f"{stored:09}.png", Body=message.payload)


client = mqtt.Client(client_id, clean_session=False)
client.on_connect = on_connect
client.on_message = on_message
client.connect("127.0.0.1", port)
client.loop_forever()
