using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Engine.Values;

namespace SqlStream.Engine.UserFunctions;

/// <summary>Runs one call of a table function: the enumeration of a row goes on where it stopped, so that rows are made only as there is room.</summary>
sealed class UserTableKernel<T>(
    RowsOf<T> rows, RowWriter<T> write, Schema schema, string name, FunctionOptions options, bool[] strict, IReadOnlyList<int> wanted, ColumnPool pool)
    : TableKernel
{
    readonly ColumnBuilder[] _builders = [.. schema.Fields.Select(field => ColumnBuilder.Create(field.Type.WithNullability(true), pool))];
    Column[] _arguments = [];
    IEnumerator<T>? _current;
    int _row = -1;

    public override void Begin(EvaluationContext context, ReadOnlySpan<Column> arguments)
    {
        Stop();
        _arguments = arguments.ToArray();
        _row = -1;
    }

    public override int Next(int row, int room)
    {
        var made = 0;
        var before = _builders[0].Count;
        try
        {
            if (row != _row)
                Start(row);
            while (made < room && _current?.MoveNext() == true)
            {
                write(_builders, _current.Current);
                made++;
            }
        }
#pragma warning disable CA1031 // Whatever the program throws is an error of its function.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Stop();
            foreach (var builder in _builders)
                builder.Truncate(before + made);
            if (options.OnFailure == FunctionFailure.Fail)
                throw UserFunctionErrors.Of(name, e);
        }
        return made;
    }

    public override void AppendNulls()
    {
        foreach (var builder in _builders)
            builder.AppendNull();
    }

    public override Column Build(int index) => _builders[wanted[index]].Build();

    public override void End()
    {
        // What nobody wanted was made all the same.
        foreach (var builder in _builders)
            builder.Clear();
    }

    protected override void Dispose(bool disposing)
    {
        Stop();
        foreach (var builder in _builders)
            builder.Dispose();
    }

    void Start(int row)
    {
        Stop();
        _row = row;
        if (!ArgumentsReaders.IsPassedOver(_arguments, strict, row))
            _current = rows(_arguments, row)?.GetEnumerator();
    }

    void Stop()
    {
        var current = _current;
        _current = null;
        try
        {
            current?.Dispose();
        }
#pragma warning disable CA1031 // As above.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (options.OnFailure == FunctionFailure.Fail)
                throw UserFunctionErrors.Of(name, e);
        }
    }
}
