using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Tests.Support;

namespace SqlStream.Functions.Tests;

public sealed class RandomFunctionTests
{
    // What new java.util.Random(1) gives.
    [Fact]
    public void Numbers_of_a_seed_are_those_of_java()
    {
        Assert.Equal([0.7308781907032909, 0.41008081149220166], Run("RAND", 2, (SqlType.Int, 1)));
        Assert.Equal([5, 8], Run("RAND_INTEGER", 2, (SqlType.Int, 1), (SqlType.Int, 10)));
    }

    [Fact]
    public void Every_row_has_another_value()
    {
        Assert.Equal(1_000, Run("RAND", 1_000).Distinct().Count());
        Assert.Equal(1_000, Run("UUID", 1_000).Distinct().Count());
        Assert.Equal(10, Run("RAND_INTEGER", 1_000, (SqlType.Int, 10)).Distinct().Count());
        Assert.All(Run("UUID", 100), value => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", (string)value!));
    }

    [Fact]
    public void Random_functions_are_not_folded() =>
        Assert.All(new[] { "RAND", "RAND_INTEGER", "UUID" }, name =>
        {
            Assert.True(BuiltinFunctions.Instance.TryGetScalar(name, out var function));
            Assert.False(function.IsDeterministic);
        });

    static object?[] Run(string name, int rows, params (SqlType Type, object Value)[] arguments)
    {
        Assert.True(BuiltinFunctions.Instance.TryGetScalar(name, out var function));
        var call = function.Plan([.. arguments.Select(argument => new ArgumentInfo(argument.Type, true, argument.Value, default))])!;
        var pool = new ColumnPool(poison: true);
        Column[] columns = [.. arguments.Select(argument => ColumnFactory.Constant(argument.Type, argument.Value, rows, pool))];
        var result = call.Kernel(new EvaluationContext(pool, rows, [], TestSession.Utc), columns);
        var values = Enumerable.Range(0, rows).Select(row => PlanValue.Read(result, row)).ToArray();
        result.Release();
        foreach (var column in columns)
            column.Release();
        Assert.Equal(0, pool.Outstanding);
        return values;
    }
}
