using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Streams;

/// <summary>A golden file as a test: every section in every configuration, or all but some.</summary>
static class GoldenFile
{
    public static async Task HoldsAsync(string file, params string[] except)
    {
        var ran = 0;
        await foreach (var outcome in new GoldenRunner([.. GoldenRunner.ConfigurationNames.Except(except)]).RunAsync(Path.Combine(GoldenFolder.Root(), file)))
        {
            Assert.True(outcome.Passed, GoldenReport.Failure(outcome));
            ran++;
        }
        Assert.NotEqual(0, ran);
    }
}
