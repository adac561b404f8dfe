using System.Globalization;
using SqlStream.Bench.Nexmark;
using SqlStream.Core.Diagnostics;

// Nexmark: events per CPU second of each query, from the generator to the sink, beside what Flink publishes for itself.
// nexmark [--events N] [--runs N] [QUERY...]
const long warmUpEvents = 1_000_000;
var events = Number("--events", 10_000_000);
var runs = Number("--runs", 3);
var asked = args.Where(argument => argument.StartsWith('q')).ToList();
foreach (var name in asked.Where(name => !Suite.Queries.Any(query => query.Query == name)))
{
    Console.Error.WriteLine($"query {name} does not exist: there are q0 to q23");
    return 2;
}

Console.WriteLine($"{events:N0} events, 1 worker, state in RocksDB, a checkpoint a second; thousand events per CPU second, median of {runs}");
foreach (var (name, rate) in GeneratorRun.All(Math.Min(events, 10_000_000)))
    Console.WriteLine($"generator alone, {name,-50} {rate / 1000,9:N0}");
Console.WriteLine($"\n{"query",-6} {"SqlStream",9} {"Flink",6} {"ratio",7} {"wall s",7} {"B/event",8} {"disk MB",8}");
var lines = new List<string>();
foreach (var (query, published) in Suite.Queries)
{
    if (asked.Count > 0 && !asked.Contains(query))
        continue;
    var line = await MeasureAsync(query, published).ConfigureAwait(false);
    Console.WriteLine(line);
    lines.Add(line);
}
var results = Path.Combine("bench", "results");
Directory.CreateDirectory(results);
var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
File.AppendAllLines(Path.Combine(results, "nexmark.tsv"), lines.Select(line => $"{time}\t{events}\t{line}"));
return 0;

async Task<string> MeasureAsync(string query, int? published)
{
    try
    {
        await QueryRun.RunAsync(query, Math.Min(events, warmUpEvents)).ConfigureAwait(false);
        var costs = new List<QueryCost>();
        for (var run = 0; run < runs; run++)
            costs.Add(await QueryRun.RunAsync(query, events).ConfigureAwait(false));
        var median = costs.OrderBy(cost => cost.Cpu).ElementAt(costs.Count / 2);
        var rate = events / median.Cpu.TotalSeconds / 1000;
        var ratio = published is { } other ? $"{rate / other:0.0}" : "-";
        return $"{query,-6} {rate,9:N0} {(published is { } figure ? $"{figure}" : "-"),6} {ratio,7} {median.Wall.TotalSeconds,7:0.0} "
            + $"{(double)median.AllocatedBytes / events,8:0.0} {median.DiskBytes / 1e6,8:N1}";
    }
    catch (SqlException refusal)
    {
        var error = refusal.Diagnostics[0];
        return $"{query,-6} refused: {error.SqlState} {error.Message}";
    }
}

long Number(string option, long fallback)
{
    var at = Array.IndexOf(args, option);
    return at >= 0 && at + 1 < args.Length ? long.Parse(args[at + 1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : fallback;
}
