using System.Buffers.Binary;
using SqlStream.Broker.Log;
using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Reads batches from partitions, waiting for some if there are too few.</summary>
/// <remarks>There are no fetch sessions: the answer says session 0, and the client names all partitions each time.</remarks>
sealed class FetchHandler(Cluster cluster) : Handler
{
    // What one answer takes of memory, whatever the client allows.
    const int AnswerBytesMax = 16 << 20;

    // A connection whose client is gone is noticed when the wait ends.
    const int WaitMsMax = 60_000;
    const int AbortedBytes = 2 * sizeof(long);

    public override ApiRange Api { get; } = new(ApiKey.Fetch, 4, 11, FlexibleFrom: 12);

    public override async ValueTask HandleAsync(Request request, CancellationToken stop)
    {
        var fetch = Read(request);
        var time = cluster.Options.TimeProvider;
        var began = time.GetTimestamp();
        while (true)
        {
            FetchWaiter waiter;
            var left = TimeSpan.FromMilliseconds(fetch.WaitMs) - time.GetElapsedTime(began);
            lock (cluster.Gate)
            {
                if (left <= TimeSpan.Zero || fetch.WaitMs <= 0 || IsReady(request, fetch))
                {
                    Write(request, fetch);
                    return;
                }
                waiter = new FetchWaiter();
                foreach (var part in fetch.Parts)
                    cluster.Topics.Find(part.Topic, part.Partition)?.Log.Wait(waiter);
            }
            try
            {
                await waiter.Woken.WaitAsync(left, time, stop).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // The client gets what there is.
            }
            finally
            {
                lock (cluster.Gate)
                {
                    foreach (var part in fetch.Parts)
                        cluster.Topics.Find(part.Topic, part.Partition)?.Log.StopWaiting(waiter);
                }
            }
        }
    }

    static Fetch Read(Request request)
    {
        var reader = request.Reader;
        reader.Int32();
        var wait = reader.Int32();
        var bytesMin = reader.Int32();
        var bytesMax = reader.Int32();
        var isCommittedOnly = reader.Int8() == 1;
        if (request.Version >= 7)
        {
            reader.Int32();
            reader.Int32();
        }
        var parts = new List<FetchPart>();
        for (var topics = reader.ArrayLength(); topics > 0; topics--)
        {
            var name = reader.String();
            for (var partitions = reader.ArrayLength(); partitions > 0; partitions--)
            {
                var index = reader.Int32();
                var leaderEpoch = request.Version >= 9 ? reader.Int32() : -1;
                var offset = reader.Int64();
                if (request.Version >= 5)
                    reader.Int64();
                parts.Add(new FetchPart(name, index, leaderEpoch, offset, reader.Int32()));
            }
        }
        return new Fetch(Math.Min(wait, WaitMsMax), bytesMin, Math.Clamp(bytesMax, 0, AnswerBytesMax), isCommittedOnly, parts);
    }

    ErrorCode Problem(Request request, FetchPart part, out PartitionLog? log)
    {
        var partition = cluster.Topics.Find(part.Topic, part.Partition);
        log = partition?.Log;
        var error = request.Refused ?? PartitionRules.Problem(partition, request.NodeId, part.LeaderEpoch);
        if (error == ErrorCode.None && (part.Offset < log!.Start || part.Offset > log.End))
            error = ErrorCode.OffsetOutOfRange;
        return error;
    }

    bool IsReady(Request request, Fetch fetch)
    {
        long bytes = 0;
        foreach (var part in fetch.Parts)
        {
            if (Problem(request, part, out var log) != ErrorCode.None)
                return true;
            bytes += log!.Available(part.Offset, fetch.Limit(log));
            // A transaction without data in it still ends with a marker, behind which a reader goes on.
            if (bytes >= Math.Max(1, fetch.BytesMin))
                return true;
        }
        return false;
    }

    void Write(Request request, Fetch fetch)
    {
        var writer = request.Writer;
        writer.Int32(request.ThrottleMs);
        if (request.Version >= 7)
        {
            writer.Error(ErrorCode.None);
            writer.Int32(0);
        }
        var aborted = new List<AbortedTransaction>();
        var left = fetch.BytesMax;
        var isFirst = true;
        writer.ArrayLength(CountTopics(fetch.Parts));
        for (var i = 0; i < fetch.Parts.Count;)
        {
            var topic = fetch.Parts[i].Topic;
            var end = i;
            while (end < fetch.Parts.Count && fetch.Parts[end].Topic == topic)
                end++;
            writer.String(topic);
            writer.ArrayLength(end - i);
            for (; i < end; i++)
            {
                var bytes = WritePartition(request, fetch, fetch.Parts[i], left, isFirst, aborted);
                left -= Math.Min(left, bytes);
                isFirst &= bytes == 0;
            }
        }
    }

    int WritePartition(Request request, Fetch fetch, FetchPart part, int bytesLeft, bool isFirst, List<AbortedTransaction> aborted)
    {
        var writer = request.Writer;
        var error = request.Final(Problem(request, part, out var log));
        var isKnown = log is not null && error is ErrorCode.None or ErrorCode.OffsetOutOfRange;
        writer.Int32(part.Partition);
        writer.Error(error);
        writer.Int64(isKnown ? log!.End : -1);
        writer.Int64(isKnown ? log!.LastStable : -1);
        if (request.Version >= 5)
            writer.Int64(isKnown ? log!.Start : -1);
        if (error != ErrorCode.None)
        {
            writer.ArrayLength(-1);
            if (request.Version >= 11)
                writer.Int32(-1);
            writer.Int32(0);
            return 0;
        }
        return WriteRecords(request, log!, fetch, part, Math.Min(bytesLeft, part.BytesMax), isFirst, aborted);
    }

    // The list of aborted transactions stands before the records, but what it holds follows from how far the records go. It is nearly always
    // empty, so the records are written behind an empty one, and moved if that was wrong.
    static int WriteRecords(Request request, PartitionLog log, Fetch fetch, FetchPart part, int bytesMax, bool isFirst, List<AbortedTransaction> aborted)
    {
        var writer = request.Writer;
        var listAt = writer.Length;
        writer.ArrayLength(fetch.IsCommittedOnly ? 0 : -1);
        if (request.Version >= 11)
            writer.Int32(-1);
        writer.Int32(0);
        var recordsAt = writer.Length;
        var next = log.Read(part.Offset, fetch.Limit(log), bytesMax, atLeastOne: isFirst, writer);
        var bytes = writer.Length - recordsAt;
        writer.Patch(recordsAt - sizeof(int), bytes);
        if (!fetch.IsCommittedOnly)
            return bytes;
        log.CollectAborted(part.Offset, next, aborted);
        if (aborted.Count == 0)
            return bytes;
        writer.Patch(listAt, aborted.Count);
        var list = writer.Insert(listAt + sizeof(int), aborted.Count * AbortedBytes);
        for (var i = 0; i < aborted.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(list[(i * AbortedBytes)..], aborted[i].ProducerId);
            BinaryPrimitives.WriteInt64BigEndian(list[(i * AbortedBytes + sizeof(long))..], aborted[i].FirstOffset);
        }
        return bytes;
    }

    static int CountTopics(List<FetchPart> parts)
    {
        var count = 0;
        for (var i = 0; i < parts.Count; i++)
            count += i == 0 || parts[i].Topic != parts[i - 1].Topic ? 1 : 0;
        return count;
    }

    sealed record Fetch(int WaitMs, int BytesMin, int BytesMax, bool IsCommittedOnly, List<FetchPart> Parts)
    {
        public long Limit(PartitionLog log) => IsCommittedOnly ? log.LastStable : log.End;
    }

    readonly record struct FetchPart(string Topic, int Partition, int LeaderEpoch, long Offset, int BytesMax);
}
