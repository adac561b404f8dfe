// Plain, compressed and transactional records, offsets within a transaction: node kafka_js.js SERVERS TOPIC
const { Kafka, CompressionTypes, logLevel } = require('kafkajs');

const [servers, topic] = process.argv.slice(2);
const group = `${topic}-group`;
const kafka = new Kafka({ clientId: 'js', brokers: servers.split(','), logLevel: logLevel.NOTHING });

async function produce() {
  const plain = kafka.producer();
  await plain.connect();
  await plain.send({ topic, messages: [{ partition: 0, value: 'plain' }] });
  await plain.send({ topic, compression: CompressionTypes.GZIP, messages: [{ partition: 0, value: 'zipped' }] });
  await plain.disconnect();

  const producer = kafka.producer({ transactionalId: `${topic}-t`, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  for (let i = 0; i < 2; i++) {
    const lost = await producer.transaction();
    await lost.send({ topic, messages: [{ partition: 0, value: `aborted ${i}` }] });
    await lost.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [{ partition: 0, offset: '99' }] }] });
    await lost.abort();
    const kept = await producer.transaction();
    await kept.send({ topic, messages: [{ partition: 0, value: `committed ${i}` }] });
    await kept.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [{ partition: 0, offset: String(6 + i) }] }] });
    await kept.commit();
  }
  await producer.disconnect();
}

async function consume() {
  const values = [];
  const consumer = kafka.consumer({ groupId: `${topic}-reader`, readUncommitted: false, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise((resolve) => {
    consumer.run({
      eachMessage: async ({ message }) => {
        values.push(message.value.toString());
        if (message.value.toString() === 'committed 1') resolve();
      },
    });
  });
  await consumer.disconnect();
  return values;
}

(async () => {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await produce();
  console.log('read', JSON.stringify(await consume()));
  const offsets = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  console.log('offset', offsets[0].partitions[0].offset);
  await admin.disconnect();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
