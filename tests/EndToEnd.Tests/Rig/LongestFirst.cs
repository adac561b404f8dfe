using SqlStream.EndToEnd.Tests.Rig;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("SqlStream.EndToEnd.Tests.Rig." + nameof(LongestFirst), "SqlStream.EndToEnd.Tests")]

namespace SqlStream.EndToEnd.Tests.Rig;

/// <summary>Begins with the classes that take longest: tests of one class run one after the other, and what began last would run alone in the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly string[] _long =
    [
        "KafkaCrashTests", "KafkaKillTests", "KafkaDowntimeTests", "WindowsCrashTests", "StreamGoldenTests", "NexmarkSuiteTests", "TotalsCrashTests", "KafkaSourceJobTests",
        "SinkRecoveryTests", "RandomKillTests", "RestoreTests", "PostgresKillTests", "PostgresCrashTests", "QueryGoldenTests", "PostgresComparisonTests", "GeneratedStreamTests", "StopTests", "PartitionsCrashTests", "OverwriteCrashTests", "RecoveryGoldenTests",
    ];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Place);

    static int Place(ITestCollection collection)
    {
        var place = Array.FindIndex(_long, name => collection.DisplayName.Contains(name, StringComparison.Ordinal));
        return place < 0 ? _long.Length : place;
    }
}
