using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Parser;
using SqlStream.Parser.Syntax;
using SqlStream.Planner;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Expressions;
using CatalogSnapshot = SqlStream.Planner.Catalog.Catalog;

namespace SqlStream.Functions.Tests.Support;

/// <summary>A SQL expression over literals, bound by the planner and evaluated by the kernels alone.</summary>
sealed class SqlExpression
{
    const int Rows = 150;

    readonly BoundExpression _bound;
    readonly SessionContext _session;

    SqlExpression(BoundExpression bound, SessionContext session)
    {
        _bound = bound;
        _session = session;
    }

    public static SqlExpression Bind(string sql, SessionContext session)
    {
        var source = new SourceText("SELECT " + sql);
        var statement = (QueryStatement)SqlParser.Parse(source).StatementsOrThrow()[0].Syntax;
        var item = (ExpressionItem)((SelectQuery)statement.Query).Items[0];
        var context = new BindContext(new PlannerContext(CatalogSnapshot.Empty, null!, BuiltinFunctions.Instance, SessionOptions.Empty, session));
        var bound = new ExpressionBinder(context, Scope.Empty, new Clause("SELECT")).Bind(item.Expression);
        context.ThrowIfErrors();
        return new SqlExpression(bound, session);
    }

    /// <summary>The type of the expression.</summary>
    public SqlType Type => _bound.Type;

    /// <summary>A literal as the planner reads it.</summary>
    public static BoundLiteral Literal(string sql, SessionContext session) => (BoundLiteral)Bind(sql, session)._bound;

    /// <summary>The value with all literals as constant columns, as text.</summary>
    public string AsConstants()
    {
        var pool = new ColumnPool(poison: true);
        var text = Text(_bound, [], 1, [], pool, row: 0);
        Assert.Equal(0, pool.Outstanding);
        return text;
    }

    /// <summary>The value with literals as stored columns, in which every third row is NULL, and the others constant:
    /// bit i of the
    /// selection says that literal i is stored. Checks that all rows with values agree.</summary>
    public string AsColumns(uint selection, bool onlyNullsActive = false)
    {
        var pool = new ColumnPool(poison: true);
        var columns = new List<Column>();
        var literal = 0;
        var expression = Replace(_bound, value =>
        {
            var stored = (selection >> (literal++ % 32) & 1) != 0 && value.Value is not null;
            if (!stored)
                return value;
            columns.Add(Interleave(value, pool));
            return new BoundColumn(columns.Count - 1, value.Type, "x");
        });
        var active = new ulong[Bitmap.Words(Rows)];
        for (var row = 0; row < Rows; row++)
            Bitmap.Put(active, row, row % 3 == 1);
        try
        {
            var text = Text(expression, [.. columns], Rows, onlyNullsActive ? active : [], pool, onlyNullsActive ? 1 : 0);
            if (!onlyNullsActive)
                Assert.Equal(text, Text(expression, [.. columns], Rows, [], pool, Rows - 1));
            return text;
        }
        finally
        {
            foreach (var column in columns)
                column.Release();
            Assert.Equal(0, pool.Outstanding);
        }
    }

    /// <summary>Number of literals with a value.</summary>
    public int Literals
    {
        get
        {
            var count = 0;
            Replace(_bound, value =>
            {
                count++;
                return value;
            });
            return count;
        }
    }

    string Text(BoundExpression expression, Column[] columns, int rows, ulong[] active, ColumnPool pool, int row)
    {
        var value = Evaluate(expression, columns, rows, active, pool);
        try
        {
            Assert.Equal(rows, value.Length);
            return Print.Value(value, row, _session);
        }
        finally
        {
            value.Release();
        }
    }

    Column Evaluate(BoundExpression expression, Column[] columns, int rows, ulong[] active, ColumnPool pool)
    {
        switch (expression)
        {
            case BoundLiteral literal:
                return ColumnFactory.Constant(literal.Type, literal.Value, rows, pool);
            case BoundColumn column:
                return columns[column.Index].Retain();
            case BoundCall call:
                return Run(call.Call, call.Arguments, columns, rows, active, pool);
            case BoundCast cast:
                return Run(cast.Call, [cast.Operand], columns, rows, active, pool);
            case BoundLogical logical:
                return Logical(logical, columns, rows, active, pool);
            default:
                throw new ArgumentException($"{expression.GetType().Name} is not evaluated here");
        }
    }

    Column Logical(BoundLogical logical, Column[] columns, int rows, ulong[] active, ColumnPool pool)
    {
        var isAnd = logical.Operator == Planner.Expressions.LogicalOperator.And;
        var results = Enumerable.Repeat<bool?>(isAnd, rows).ToArray();
        foreach (var operand in logical.Operands)
        {
            var column = Evaluate(operand, columns, rows, active, pool);
            for (var row = 0; row < rows; row++)
            {
                bool? value = column.IsNull(row) ? null : ((BoolColumn)column)[row];
                results[row] = isAnd ? results[row] & value : results[row] | value;
            }
            column.Release();
        }
        using var builder = new BoolColumnBuilder(logical.Type, pool);
        foreach (var result in results)
            PlanValue.Append(builder, result);
        return builder.Build();
    }

    Column Run(ScalarCall call, ValueList<BoundExpression> arguments, Column[] columns, int rows, ulong[] active, ColumnPool pool)
    {
        var values = new List<Column>();
        try
        {
            foreach (var argument in arguments)
                values.Add(Evaluate(argument, columns, rows, active, pool));
            var result = call.Kernel(new EvaluationContext(pool, rows, active, _session), values.ToArray());
            Assert.Equal(call.ReturnType.Layout, result.Type.Layout);
            return result;
        }
        finally
        {
            foreach (var value in values)
                value.Release();
        }
    }

    static Column Interleave(BoundLiteral literal, ColumnPool pool)
    {
        using var builder = ColumnBuilder.Create(literal.Type, pool);
        for (var row = 0; row < Rows; row++)
        {
            if (row % 3 == 1)
                builder.AppendNull();
            else
                PlanValue.Append(builder, literal.Value);
        }
        return builder.Build();
    }

    static BoundExpression Replace(BoundExpression expression, Func<BoundLiteral, BoundExpression> change) =>
        expression is BoundLiteral literal
        ? change(literal)
        : expression.WithChildren(expression.Children.Map(child => Replace(child, change)));
}
