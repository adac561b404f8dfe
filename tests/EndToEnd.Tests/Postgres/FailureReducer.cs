using SqlStream.Core.Diagnostics;
using SqlStream.EndToEnd.Tests.Reduction;
using SqlStream.Goldens;
using SqlStream.Parser.Syntax;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Postgres;

/// <summary>Makes what differs from PostgreSQL small, query and rows, and writes it as a golden file.</summary>
/// <param name="oracle">PostgreSQL.</param>
/// <param name="differ">Whether rows differ, those that are expected first. A test of this class may see differences where there are none.</param>
sealed class FailureReducer(QueryOracle oracle, Func<IReadOnlyList<string>, IReadOnlyList<string>, bool>? differ = null)
{
    const string Differs = "differs";

    static readonly string[] s_aggregates = ["COUNT", "SUM", "MIN", "MAX", "AVG"];

    /// <summary>What is wrong, in words, or null. Raises <see cref="GoldenTimeoutException"/> or <see cref="TimeoutException"/> where one of both takes too long.</summary>
    public async Task<string?> DifferenceAsync(GeneratedStream stream, StreamConfiguration configuration)
    {
        var expected = await ExpectedAsync(stream);
        try
        {
            var actual = await stream.RunAsync(configuration);
            return AreOther(expected, actual)
                ? $"expected {expected.Count} rows\n  {string.Join("\n  ", expected)}\nbut got {actual.Count}\n  {string.Join("\n  ", actual)}"
                : null;
        }
        catch (SqlException exception)
        {
            return $"{exception.Diagnostics[0].SqlState} {exception.Diagnostics[0].Message}";
        }
        catch (Exception exception) when (exception is not GoldenTimeoutException)
        {
            return exception.ToString();
        }
    }

    /// <summary>The smallest form of something that differs, and the file that holds it.</summary>
    public async Task<(GeneratedStream Stream, string File)> ReduceAsync(GeneratedStream stream, StreamConfiguration configuration, string name)
    {
        if (await KindAsync(stream, StreamConfiguration.All[0]) is not null)
            configuration = StreamConfiguration.All[0];
        // Fewer rows make a smaller query quicker to try, and a smaller query needs fewer rows.
        stream = await FewerRowsAsync(stream, configuration);
        var reducer = new QueryReducer(async text => await WithAsync(stream, text) is { } trial ? await KindAsync(trial, configuration) : null);
        var query = await reducer.ReduceAsync(stream.Query.Text);
        stream = await FewerRowsAsync(await WithAsync(stream, query) ?? stream, configuration);
        return (stream, await WriteAsync(stream, configuration, name));
    }

    /// <summary>Writes something as a golden file, and says where.</summary>
    public async Task<string> WriteAsync(GeneratedStream stream, StreamConfiguration configuration, string name)
    {
        var directory = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(GoldenFolder.Root())!)!, "artifacts", "failures");
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, name + ".test");
        await File.WriteAllTextAsync(file, $"# configuration: {configuration.Name}\n{stream.Golden(await ExpectedAsync(stream), await WrittenAsync(stream, configuration))}");
        return file;
    }

    // Empty where the query fails.
    static async Task<IReadOnlyList<string>> WrittenAsync(GeneratedStream stream, StreamConfiguration configuration)
    {
        try
        {
            return await stream.WriteAsync(configuration);
        }
#pragma warning disable CA1031 // What fails may fail in any way.
        catch (Exception)
#pragma warning restore CA1031
        {
            return [];
        }
    }

    // The same rows under another query, or null where PostgreSQL does not take it, or where it means something else as a stream.
    async Task<GeneratedStream?> WithAsync(GeneratedStream stream, string text)
    {
        await FillAsync(stream);
        if (QueryReducer.Parse(text) is not { } query || (stream.Query.IsStreamable && HasTotals(query)) || await oracle.KindsAsync(text) is not { } kinds)
            return null;
        return stream with { Query = stream.Query with { Text = text, Columns = kinds, IsOrdered = query is OrderedQuery { OrderBy.IsEmpty: false } } };
    }

    // Both systems take the query, and its rows differ, or it is ours alone that does not.
    async Task<string?> KindAsync(GeneratedStream stream, StreamConfiguration configuration)
    {
        try
        {
            return AreOther(await ExpectedAsync(stream), await stream.RunAsync(configuration)) ? Differs : null;
        }
        catch (SqlException exception)
        {
            return exception.Diagnostics[0].SqlState;
        }
        catch (Exception exception) when (exception is GoldenTimeoutException or TimeoutException)
        {
            // Slow is not wrong.
            return null;
        }
        catch (Exception exception)
        {
            return exception.GetType().Name;
        }
    }

    bool AreOther(IReadOnlyList<string> expected, IReadOnlyList<string> actual) => differ?.Invoke(expected, actual) ?? !expected.SequenceEqual(actual);

    async Task<GeneratedStream> FewerRowsAsync(GeneratedStream stream, StreamConfiguration configuration)
    {
        var kind = await KindAsync(stream, configuration);
        for (var size = Math.Max(1, stream.RowCount / 2); size >= 1; size /= 2)
        {
            for (var from = 0; from < stream.RowCount;)
            {
                var without = stream.Without(from, size);
                if (await KindAsync(without, configuration) == kind)
                    stream = without;
                else
                    from += size;
            }
        }
        return stream;
    }

    async Task FillAsync(GeneratedStream stream)
    {
        foreach (var table in QueryGenerator.TableNames)
            await oracle.FillAsync(table, stream.RowsLeft(table));
    }

    async Task<List<string>> ExpectedAsync(GeneratedStream stream)
    {
        await FillAsync(stream);
        var rows = await oracle.RowsAsync(stream.Query);
        return stream.Query.IsOrdered ? rows : [.. rows.Order(StringComparer.Ordinal)];
    }

    // As a stream, an aggregation over all rows gives no row before the first.
    static bool HasTotals(QuerySyntax query) => SyntaxEdit.All(query, (node, _) => node is ExpressionSyntax or DerivedTable { Lateral: true })
        .Any(part => part.Node is SelectQuery { GroupBy.IsEmpty: true } select
            && (select.Having is not null || select.Items.Any(item => SyntaxEdit.All(item, (node, _) => node is QuerySyntax).Any(inner => inner.Node is FunctionCall { Over: null } call && s_aggregates.Contains(call.Name.Last.Text)))));
}
