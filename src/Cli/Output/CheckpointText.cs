using System.Globalization;
using SqlStream.Core.Connect;
using SqlStream.State.Checkpoints;

namespace SqlStream.Cli.Output;

/// <summary>Tells people what a checkpoint holds.</summary>
static class CheckpointText
{
    public static void Write(CheckpointManifest manifest, TextWriter output)
    {
        output.WriteLine(Line("job", $"{manifest.JobId} ({manifest.JobName})"));
        output.WriteLine(Line(manifest.SelfContained ? "savepoint" : "checkpoint", $"{Number(manifest.CheckpointId)}, epoch {Number(manifest.Epoch)}"));
        output.WriteLine(Line("time", manifest.TimeUtc.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC"));
        output.WriteLine(Line("trigger", manifest.Trigger));
        output.WriteLine(Line("size", $"{MemorySizes.Format(manifest.BytesTotal)}, of it new {MemorySizes.Format(manifest.BytesWritten)}, written in {Number(manifest.DurationMs)} ms"));
        output.WriteLine(Line("parallelism", $"{Number(manifest.Parallelism)} of at most {Number(manifest.MaxParallelism)}"));
        output.WriteLine(Line("state", $"{manifest.StateBackend}, engine {manifest.EngineVersion}"));
        foreach (var op in manifest.Operators.Where(op => op.Tables.Count > 0))
            output.WriteLine(Line(op.Id, $"{op.Name}: {string.Join("; ", op.Tables.Select(table => $"{table.Name} = {table.ValueType}"))}"));
        var sizes = OperatorSize.Of(manifest);
        if (sizes.Any(one => one.Bytes > 0))
            TableWriter.PrintListing(output, OperatorSizes.Columns, OperatorSizes.Rows(sizes));
        foreach (var source in manifest.Sources)
            output.WriteLine(Line("source", $"{source.Table}: {Number(source.Splits.Count + source.FinishedSplits)} splits, {Number(source.FinishedSplits)} read to the end"));
        foreach (var sink in manifest.Sinks)
        {
            var delivered = sink.CommittedEpoch is { } epoch ? $"delivered up to epoch {Number(epoch)}" : "nothing delivered";
            output.WriteLine(Line("sink", $"{sink.Table}: {delivered}, {Number(sink.Unshipped.Sum(segment => segment.Rows))} rows wait"));
        }
        if (manifest.Plan.Length > 0)
            output.WriteLine($"plan:\n{manifest.Plan}");
    }

    static string Line(string name, string value) => $"{name}: {value}";

    static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
