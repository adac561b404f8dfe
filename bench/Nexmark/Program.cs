using System.Globalization;
using SqlStream.Bench.Nexmark;
using SqlStream.Core.Diagnostics;

// Nexmark: events per CPU second of each query, from the generator to the sink, beside what Flink publishes for itself.
// nexmark [--events N] [--runs N] [QUERY...]
const long warmUpEvents = 1_000_000;
const double medianFloor = 5;
var events = Number("--events", 10_000_000);
var runs = Number("--runs", 3);
var asked = args.Where(argument => argument.StartsWith('q')).ToList();
foreach (var name in asked.Where(name => !Suite.Queries.Any(query => query.Query == name)))
{
    Console.Error.WriteLine($"query {name} does not exist: there are q0 to q23");
    return 2;
}

Console.WriteLine($"{events:N0} events, state in RocksDB, a checkpoint a second; thousand events per CPU second, median of {runs}; ratio and bytes with one worker");
foreach (var (name, rate) in GeneratorRun.All(Math.Min(events, 10_000_000)))
    Console.WriteLine($"generator alone, {name,-50} {rate / 1000,9:N0}");
Console.WriteLine($"\n{"query",-6} {"1 worker",9} {"Flink",6} {"ratio",7} {"wall s",7} {"B/event",8} {"disk MB",8} {"2 workers",10} {"wall s",7}");
var lines = new List<string>();
var ratios = new List<(double Ratio, string Query)>();
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
if (ratios.Count > 0)
{
    ratios.Sort();
    var median = ratios[ratios.Count / 2].Ratio;
    Console.WriteLine(Floor(ratios[0].Ratio >= 1, $"lowest ratio {ratios[0].Ratio:0.0}, of {ratios[0].Query} (floor 1)"));
    Console.WriteLine(Floor(median >= medianFloor, $"median ratio {median:0.0} (floor {medianFloor})"));
}
return 0;

static string Floor(bool isReached, FormattableString text) => (isReached ? "  " : "! ") + text.ToString(CultureInfo.InvariantCulture);

async Task<string> MeasureAsync(string query, int? published)
{
    try
    {
        await QueryRun.RunAsync(query, Math.Min(events, warmUpEvents), 1).ConfigureAwait(false);
        var one = await MedianAsync(query, 1).ConfigureAwait(false);
        var two = await MedianAsync(query, 2).ConfigureAwait(false);
        var rate = Rate(one);
        if (published is { } other)
            ratios.Add((rate / other, query));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{query,-6} {rate,9:N0} {(published is { } figure ? $"{figure}" : "-"),6} {(published is { } flink ? $"{rate / flink:0.0}" : "-"),7} {one.Wall.TotalSeconds,7:0.0} {(double)one.AllocatedBytes / events,8:0.0} {one.DiskBytes / 1e6,8:N1} {Rate(two),10:N0} {two.Wall.TotalSeconds,7:0.0}");
    }
    catch (SqlException refusal)
    {
        var error = refusal.Diagnostics[0];
        return $"{query,-6} refused: {error.SqlState} {error.Message}";
    }
}

async Task<QueryCost> MedianAsync(string query, int workers)
{
    var costs = new List<QueryCost>();
    for (var run = 0; run < runs; run++)
        costs.Add(await QueryRun.RunAsync(query, events, workers).ConfigureAwait(false));
    return costs.OrderBy(cost => cost.Cpu).ElementAt(costs.Count / 2);
}

double Rate(QueryCost cost) => events / cost.Cpu.TotalSeconds / 1000;

long Number(string option, long fallback)
{
    var at = Array.IndexOf(args, option);
    return at >= 0 && at + 1 < args.Length ? long.Parse(args[at + 1], NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : fallback;
}
