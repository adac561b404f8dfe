using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Streams;

public sealed class StreamGoldenTests
{
    public static TheoryData<string> Files => [.. GoldenSection.Files("streams")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Stream_gives_the_expected_rows_in_every_configuration(string file)
    {
        foreach (var script in StreamScript.Read(Path.Combine(GoldenSection.Root(), file)))
        {
            foreach (var configuration in StreamConfiguration.All)
            {
                var rows = await new StreamRunner(script, configuration).RunAsync();
                Assert.True(
                    script.Expected.Order(StringComparer.Ordinal).SequenceEqual(rows),
                    $"{file} in configuration '{configuration}':\n{script.Statement}\nexpected\n  {string.Join("\n  ", script.Expected.Order(StringComparer.Ordinal))}\nbut got\n  {string.Join("\n  ", rows)}");
            }
        }
    }
}
