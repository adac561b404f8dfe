using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Streams;

public sealed class StreamGoldenTests
{
    public static TheoryData<string> Files => [.. GoldenFolder.Files("streams")];

    [Theory]
    [MemberData(nameof(Files))]
    public Task Stream_gives_the_expected_rows_in_every_configuration(string file) => GoldenFile.HoldsAsync(file);
}
