using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;

namespace SqlStream.Connectors.Tests;

/// <summary>What every connector with a source owes: reading on from any position gives exactly the rest, whatever the
/// batch size; batches belong to the caller;
/// buffers come back; options that it does not know are refused.</summary>
public abstract class ConnectorContract
{
    /// <summary>A table of at least 20 rows.</summary>
    protected abstract ConnectorTable SourceTable { get; }

    protected abstract ConnectorTable WithOption(string key, string value);

    protected virtual IReadOnlyList<int> ReadColumns => [.. Enumerable.Range(0, SourceTable.Schema.Count)];

    /// <summary>How long a reader may take to wake its subtask.</summary>
    protected virtual TimeSpan Patience => default;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4096)]
    public void Reading_on_from_any_position_gives_exactly_the_rest(int batchRows)
    {
        var source = Table.Source(SourceTable);
        foreach (var split in SplitRun.Splits(source, parallelism: 2))
        {
            var whole = new SplitRun { BatchRows = 2, Patience = Patience };
            whole.Read(source, ReadColumns, split);
            Assert.NotEmpty(whole.Positions);
            foreach (var (position, rows, badRows) in whole.Positions)
            {
                var rest = new SplitRun { BatchRows = batchRows, Patience = Patience };
                rest.Read(source, ReadColumns, split, position);
                Assert.Equal(whole.Rows.Skip(rows), rest.Rows);
                Assert.Equal(whole.BadRows.Skip(badRows), rest.BadRows);
            }
        }
    }

    [Fact]
    public void A_restored_enumerator_gives_no_split_twice()
    {
        var source = Table.Source(SourceTable);
        var first = source.CreateEnumerator(new SourceContext(new Testing.ManualClock(), 2), null);
        var fresh = source.CreateEnumerator(new SourceContext(new Testing.ManualClock(), 2), first.SaveState());
        Assert.NotEmpty(fresh.Discover(default).Splits);
        first.Discover(default);

        var (splits, done) = source.CreateEnumerator(
            new SourceContext(new Testing.ManualClock(), 5), first.SaveState()).Discover(default);

        Assert.Empty(splits);
        Assert.Equal(source.IsBounded, done);
    }

    [Fact]
    public void The_last_position_of_an_exhausted_split_is_its_end()
    {
        var source = Table.Source(SourceTable);
        var split = SplitRun.Splits(source)[0];
        var run = new SplitRun { Patience = Patience };
        string position;
        using (var reader = source.CreateReader(run.Context(ReadColumns), split, null))
        {
            Assert.Equal(ReadStatus.End, run.Read(reader));
            Assert.Equal(ReadStatus.End, run.Read(reader));
            position = reader.Position;
        }
        var again = new SplitRun { Patience = Patience };

        Assert.Equal(ReadStatus.End, again.Read(source, ReadColumns, split, position));
        Assert.Empty(again.Rows);
    }

    [Fact]
    public void Some_columns_are_those_of_all()
    {
        var source = Table.Source(SourceTable);
        var all = SplitRun.ReadAll(source, ReadColumns, patience: Patience);
        var last = ReadColumns[^1];

        Assert.Equal(all.Select(row => "+I " + row.Split(" | ")[^1]), SplitRun.ReadAll(source, [last], patience: Patience));
        Assert.Equal(all.Select(_ => "+I "), SplitRun.ReadAll(source, [], patience: Patience));
    }

    [Fact]
    public void An_option_that_does_not_exist_is_refused_with_the_nearest_name()
    {
        var error = Assert.Throws<SqlException>(() => Table.Source(WithOption("connectr", "x")));

        Assert.Equal(SqlState.UndefinedObject, error.SqlState);
        Assert.Equal("Did you mean \"connector\"?", error.Diagnostics[0].Hint);
    }

    [Fact]
    public void A_position_that_is_none_is_refused()
    {
        var source = Table.Source(SourceTable);
        var split = SplitRun.Splits(source)[0];

        Assert.Equal(SqlState.DataCorrupted, Assert.Throws<SqlException>(() =>
            source.CreateReader(new SplitRun().Context(ReadColumns), split, "{\"x\":1}")).SqlState);
    }
}
