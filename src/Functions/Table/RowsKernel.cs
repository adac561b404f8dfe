using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;

namespace SqlStream.Functions.Table;

/// <summary>A kernel that appends its rows to builders of the wanted columns.</summary>
abstract class RowsKernel : TableKernel
{
    readonly ColumnBuilder[] _wanted;
    readonly ColumnBuilder?[] _builders;

    /// <summary>Makes builders of the columns that are wanted.</summary>
    /// <param name="columns">All columns of the function.</param>
    /// <param name="wanted">Positions of the wanted ones.</param>
    /// <param name="pool">Where buffers come from.</param>
    protected RowsKernel(IReadOnlyList<Field> columns, IReadOnlyList<int> wanted, ColumnPool pool)
    {
        _builders = new ColumnBuilder?[columns.Count];
        _wanted = new ColumnBuilder[wanted.Count];
        for (var i = 0; i < _wanted.Length; i++)
            _builders[wanted[i]] = _wanted[i] = ColumnBuilder.Create(columns[wanted[i]].Type.WithNullability(true), pool);
    }

    /// <summary>The builder of a column, or null where the column is not wanted.</summary>
    protected ColumnBuilder? Builder(int column) => _builders[column];

    public sealed override void AppendNulls()
    {
        foreach (var builder in _wanted)
            builder.AppendNull();
    }

    public sealed override Column Build(int index) => _wanted[index].Build();

    protected override void Dispose(bool disposing)
    {
        foreach (var builder in _wanted)
            builder.Dispose();
    }
}
