"""Produces, shares partitions among two members of a group, reads, commits: python3 kafka_python.py SERVERS TOPIC"""
import sys
import threading
import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

servers, topic = sys.argv[1:3]
admin = KafkaAdminClient(bootstrap_servers=servers)
admin.create_topics([NewTopic(topic, 4, 1)])

produced = 0
for codec in (None, "gzip"):
    producer = KafkaProducer(bootstrap_servers=servers, compression_type=codec, acks="all", retries=5)
    sent = [producer.send(topic, value=b"v%d" % i, key=b"k%d" % i, partition=i % 4, headers=[("h", b"x")]) for i in range(100)]
    produced += sum(1 for one in sent if one.get(20).offset >= 0)
    producer.close()
print("produced", produced)


def member():
    return KafkaConsumer(
        topic, bootstrap_servers=servers, group_id=topic + "-group", auto_offset_reset="earliest", enable_auto_commit=False,
        heartbeat_interval_ms=200, session_timeout_ms=6000, consumer_timeout_ms=3000)


def poll_until(members, sizes):
    """Each member polls in a thread of its own, since a poll waits while the others have not joined."""
    done = threading.Event()

    def poll(one):
        while not done.is_set():
            one.poll(50, max_records=1)

    threads = [threading.Thread(target=poll, args=(one,)) for one in members]
    for thread in threads:
        thread.start()
    end = time.time() + 30
    while time.time() < end and [len(one.assignment()) for one in members] != sizes:
        time.sleep(0.02)
    done.set()
    for thread in threads:
        thread.join()


first, second = member(), member()
poll_until([first, second], [2, 2])
print("shared", len(first.assignment()), len(second.assignment()))
second.close()
poll_until([first], [4])
first.seek_to_beginning(*first.assignment())
count = sum(1 for _ in first)
print("read", count)
first.commit()
first.close()

again = member()
print("read again", sum(1 for _ in again))
print("committed", sum(again.committed(TopicPartition(topic, i)) for i in range(4)))
again.close()
