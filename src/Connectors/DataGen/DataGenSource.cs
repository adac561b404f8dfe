using System.Globalization;
using System.Text.Json;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Connectors.DataGen;

/// <summary>A generated table. At the first start it is cut into as many splits as there are subtasks: split k of n
/// holds the rows k, k + n, k + 2n, ... Later they are only handed out differently, so that no row is lost or
/// repeated.</summary>
sealed class DataGenSource(Schema schema, IReadOnlyList<ColumnGenerator> generators, long rowsPerSecond, long? rows)
    : ISource
{
    public bool IsBounded => rows is not null;

    public ChangelogMode Changelog => ChangelogMode.AppendOnly;

    public BadDataPolicy BadData { get; } = new(BadDataKind.Fail);

    public ISink? DeadLetterSink => null;

    public ISplitEnumerator CreateEnumerator(SourceContext context, string? state) => new Enumerator(context, state);

    public ISplitReader CreateReader(SplitReaderContext context, SourceSplit split, string? position) =>
        new DataGenReader(
        context,
        DataGenSplit.Parse(split),
        position is null ? 0 : ParsePosition(position),
        rowsPerSecond,
        rows ?? long.MaxValue,
        [.. context.ReadColumns.Select(index => generators[index])],
        new BatchBuilder([.. context.ReadColumns.Select(index => schema[index].Type)], context.Pool));

    static long ParsePosition(string position)
    {
        try
        {
            using var document = JsonDocument.Parse(position);
            return document.RootElement.GetProperty("rows").GetInt64();
        }
        catch (Exception e) when (
            e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw ConnectorErrors.PositionMalformed(position);
        }
    }

    sealed class Enumerator(SourceContext context, string? state) : ISplitEnumerator
    {
        bool _started = state is not null && state.Contains("true", StringComparison.Ordinal);

        public TimeSpan Interval => TimeSpan.Zero;

        public (IReadOnlyList<SourceSplit> Splits, bool Done) Discover(CancellationToken cancellation)
        {
            if (_started)
                return ([], true);
            _started = true;
            var now = (context.Clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            var count = context.Parallelism;
            return ([.. Enumerable.Range(0, count).Select(k => new DataGenSplit(k, count, now).ToSourceSplit())], true);
        }

        public string SaveState() =>
            _started ? "{\"version\":1,\"started\":true}" : "{\"version\":1,\"started\":false}";
    }
}

/// <summary>The rows <c>First, First + Stride, ...</c> of a generated table. Its id is
/// <c>first/stride@start</c>.</summary>
/// <param name="First">Number of the first row.</param>
/// <param name="Stride">How many splits there are.</param>
/// <param name="StartMicros">Time of row 0, microseconds since 1970.</param>
readonly record struct DataGenSplit(long First, long Stride, long StartMicros)
{
    /// <summary>The split for the engine.</summary>
    public SourceSplit ToSourceSplit() =>
        new(string.Create(CultureInfo.InvariantCulture, $"{First:d4}/{Stride}@{StartMicros}"));

    /// <summary>The rows that an id names.</summary>
    public static DataGenSplit Parse(SourceSplit split)
    {
        var parts = split.Id.Split('/', '@');
        if (parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var stride)
            && long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var start))
        {
            return new DataGenSplit(first, stride, start);
        }
        throw new EngineBugException($"split \"{split.Id}\" names no generated rows");
    }
}
