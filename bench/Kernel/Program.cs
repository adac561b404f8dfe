using SqlStream.Bench;

// Each benchmark prints its figures beside the floor that it must reach; ratios are between runs of this one process.
var all = new (string Name, Func<Report, Task> Run)[]
{
    ("filter", Benchmarks.FilterProjectAsync),
    ("groupby", Benchmarks.GroupByAsync),
    ("workers", Benchmarks.TwoWorkersAsync),
    ("checkpoint", Benchmarks.CheckpointCostAsync),
    ("json", Benchmarks.JsonTumbleAsync),
    ("start", Benchmarks.StartAsync),
    ("shell", ShellBenchmarks.RunAsync),
    ("server", ServerBenchmarks.RunAsync),
    ("state", Benchmarks.LargeStateAsync),
    ("recovery", Benchmarks.RecoveryAsync),
    ("functions", FunctionBenchmarks.RunAsync),
    ("hop", LanguageBenchmarks.HopAsync),
    ("sql", LanguageBenchmarks.SqlAsync),
    ("broker", BrokerBenchmark.RunAsync),
    ("kafka", KafkaBenchmark.RunAsync),
    ("postgres", PostgresBenchmark.RunAsync),
};
if (args is ["child", var benchmark, var argument])
{
    Console.WriteLine(await Child.RunAsync(benchmark, argument).ConfigureAwait(false));
    return;
}
var report = new Report();
foreach (var (name, run) in all)
{
    if (args.Length == 0 || args.Contains(name))
        await run(report).ConfigureAwait(false);
}
report.Save(Path.Combine("bench", "results"));
