using SqlStream.EndToEnd.Tests.Streams;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Queries;

/// <summary>Queries over bounded input. <c>query</c> says which rows, <c>ordered</c> in which order too; values are text between bars.</summary>
public sealed class QueryGoldenTests
{
    public static TheoryData<string> Files => [.. GoldenFolder.Files("queries")];

    [Theory]
    [MemberData(nameof(Files))]
    public Task Query_gives_the_expected_rows_in_every_configuration(string file) => GoldenFile.HoldsAsync(file);
}
