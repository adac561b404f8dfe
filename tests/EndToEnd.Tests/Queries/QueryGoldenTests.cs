using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.EndToEnd.Tests.Streams;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Queries;

/// <summary>Queries over bounded input. <c>query</c> says which rows, <c>ordered</c> in which order too; values are text between bars. Batches of one row, the
/// slowest way, are left to long runs: those of three in three subtasks show the same.</summary>
public sealed class QueryGoldenTests
{
    static readonly string[] s_leftOut = SqlStreamProgram.IsLong ? [] : ["batch of 1"];

    public static TheoryData<string> Files => [.. GoldenFolder.Files("queries")];

    [Theory]
    [MemberData(nameof(Files))]
    public Task Query_gives_the_expected_rows(string file) => GoldenFile.HoldsAsync(file, s_leftOut);
}
