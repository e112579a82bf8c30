"""Forwards messages from one broker to another, as most scripts do: acknowledged on arrival."""

import sys

import paho.mqtt.client as mqtt

source_port, target_port, client_id, topic = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]

target = mqtt.Client("forward-to")
# With the default of 20 it mostly waits for the broker.
target.max_inflight_messages_set(1000)
target.connect("127.0.0.1", target_port)
target.loop_start()


def on_connect(client, userdata, flags, rc):
    client.subscribe(topic, qos=1)


def on_message(client, userdata, message):
    target.publish(message.topic, message.payload, qos=1)


source = mqtt.Client(client_id, clean_session=False)
source.on_connect = on_connect
source.on_message = on_message
source.connect("127.0.0.1", source_port)
source.loop_forever()
