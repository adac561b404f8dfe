using SqlStream.Core.Columns;
using SqlStream.Core.Types;

namespace SqlStream.Core.Functions;

/// <summary>How a planned call of a table function runs.</summary>
/// <param name="ParameterTypes">The types to which the arguments are cast before the kernel sees them (nullability is ignored).</param>
/// <param name="Columns">The columns of the rows that it makes, with their names where nothing else names them; at least one.</param>
/// <param name="CreateKernel">Makes the computation, one for each subtask.</param>
/// <param name="IsOrdered">The same arguments give the same rows in the same order, so that the number of a row tells it apart from the others.</param>
public sealed record TableCall(
    IReadOnlyList<SqlType> ParameterTypes, IReadOnlyList<Field> Columns, TableKernelFactory CreateKernel, bool IsOrdered = true);

/// <summary>Makes the computation of a call.</summary>
/// <param name="columns">Which of <see cref="TableCall.Columns"/> are wanted, ascending; there may be none.</param>
/// <param name="pool">Where buffers come from.</param>
public delegate TableKernel TableKernelFactory(IReadOnlyList<int> columns, ColumnPool pool);

/// <summary>A function from values to rows: <c>FROM t, LATERAL TABLE(f(t.a))</c>. Built-in and user functions use this same interface; UNNEST is one
/// of them.</summary>
public abstract class TableFunction
{
    /// <summary>The name of a column that has none: it gets that of the table.</summary>
    public const string UnnamedColumn = "EXPR$0";

    /// <summary>The name in upper case.</summary>
    public abstract string Name { get; }

    /// <summary>The signatures for people, one a line: <c>GENERATE_SERIES(start, stop [, step]) -> TABLE(value)</c>.</summary>
    public abstract string Signature { get; }

    /// <summary>False for what may give other rows for the same arguments.</summary>
    public virtual bool IsDeterministic => true;

    /// <summary>Plans a call, or returns null if the arguments do not fit. May throw a <see cref="Diagnostics.SqlException"/> for a constant argument that
    /// cannot work.</summary>
    public abstract TableCall? Plan(ReadOnlySpan<ArgumentInfo> arguments);
}

/// <summary>The running computation of one call of a table function: takes the arguments of many rows, and makes the rows of one after the other, a
/// bounded number at a time. Used by one thread at a time.</summary>
public abstract class TableKernel : IDisposable
{
    /// <summary>Takes the arguments of the next rows. They are borrowed, and valid until the next call or the end.</summary>
    public abstract void Begin(EvaluationContext context, ReadOnlySpan<Column> arguments);

    /// <summary>Makes rows of the arguments in a row of <see cref="Begin"/>, going on where the last call for that row stopped.</summary>
    /// <param name="row">The row; never smaller than in the call before.</param>
    /// <param name="room">How many rows may be made, at least one.</param>
    /// <returns>How many were made; fewer than <paramref name="room"/> says that these were the last.</returns>
    public abstract int Next(int row, int room);

    /// <summary>Makes a row of NULLs.</summary>
    public abstract void AppendNulls();

    /// <summary>The rows made since the last <see cref="End"/>, in their order, as a column; called once for each column.</summary>
    /// <param name="index">Position in the list of the columns that were wanted.</param>
    /// <returns>A column with one reference, owned by the caller.</returns>
    public abstract Column Build(int index);

    /// <summary>Called when all columns of a batch of rows are built.</summary>
    public virtual void End()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives buffers back.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
