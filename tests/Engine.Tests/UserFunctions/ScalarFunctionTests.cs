using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Engine.Tests.Support;
using SqlStream.Engine.UserFunctions;

namespace SqlStream.Engine.Tests.UserFunctions;

public sealed class ScalarFunctionTests
{
    const string Numbers = "(VALUES (1, 'a'), (2, NULL), (CAST(NULL AS INT), 'c')) AS t (x, s)";

    [Fact]
    public async Task Parameters_that_cannot_be_null_make_null_null()
    {
        await using var scope = await EngineScope.OpenAsync();
        var calls = 0;
        scope.Engine.RegisterFunction("twice", (long x) => { Interlocked.Increment(ref calls); return 2 * x; });
        scope.Engine.RegisterFunction("shout", (string s) => s.ToUpperInvariant() + "!");
        Assert.Equal("+I(2, A!) | +I(4, NULL) | +I(NULL, C!)", await scope.TextAsync($"SELECT TWICE(x), shout(s) FROM {Numbers}"));
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Parameters_that_can_be_null_get_null()
    {
        await using var scope = await EngineScope.OpenAsync();
        scope.Engine.RegisterFunction("tell", (int? x, string? s) => $"{x?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}/{s ?? "none"}");
        scope.Engine.RegisterFunction("no_odd", (int x) => x % 2 == 0 ? x : (int?)null);
        Assert.Equal("+I(1/a, NULL) | +I(2/none, 2) | +I(none/c, NULL)", await scope.TextAsync($"SELECT tell(x, s), no_odd(x) FROM {Numbers}"));
    }

    [Fact]
    public async Task Every_type_goes_in_and_out()
    {
        await using var scope = await EngineScope.OpenAsync();
        var engine = scope.Engine;
        engine.RegisterFunction("f_bool", (bool x) => !x);
        engine.RegisterFunction("f_tiny", (sbyte x) => (sbyte)-x);
        engine.RegisterFunction("f_small", (short x) => (short)-x);
        engine.RegisterFunction("f_float", (float x) => -x);
        engine.RegisterFunction("f_double", (double x) => -x);
        engine.RegisterFunction("f_decimal", (decimal x) => x / 3, new FunctionOptions { ReturnType = SqlType.Decimal(10, 2) });
        engine.RegisterFunction("f_bytes", (byte[] x) => x.Reverse().ToArray());
        engine.RegisterFunction("f_date", (DateOnly x) => x.AddDays(1));
        engine.RegisterFunction("f_time", (TimeOnly x) => x.AddMinutes(1));
        engine.RegisterFunction("f_stamp", (DateTime x) => x.AddMicroseconds(1));
        engine.RegisterFunction("f_instant", (DateTimeOffset x) => x.AddHours(1));
        engine.RegisterFunction("f_span", (TimeSpan x) => x * 2);
        engine.RegisterFunction("f_array", (int?[] x) => x.Reverse().ToArray());
        engine.RegisterFunction("f_map", (IReadOnlyDictionary<string, int> x) => x.ToDictionary(entry => entry.Key + "!", entry => entry.Value + 1));
        Assert.Equal(
            "+I(False, -1, -300, -1.5, -2.25, 3.34, ff00, 2026-01-02, 10:01:00.0000000, 2026-01-01T00:00:00.0000010, 2026-01-01T01:00:00.0000000+00:00, 2.00:00:00, [3, NULL, 1], {k!=2})",
            await scope.TextAsync(
                """
                SELECT f_bool(TRUE), f_tiny(CAST(1 AS TINYINT)), f_small(CAST(300 AS SMALLINT)), f_float(CAST(1.5 AS FLOAT)), f_double(2.25), f_decimal(10.01),
                  f_bytes(x'00FF'), f_date(DATE '2026-01-01'), f_time(TIME '10:00:00'), f_stamp(TIMESTAMP '2026-01-01 00:00:00'),
                  f_instant(CAST(TIMESTAMP '2026-01-01 00:00:00' AS TIMESTAMP_LTZ(3))), f_span(INTERVAL '1' DAY), f_array(ARRAY[1, NULL, 3]), f_map(MAP['k', 1])
                """));
        Assert.Equal("+I(DECIMAL(10, 2) NOT NULL, STRING)", await scope.TextAsync("SELECT TYPEOF(f_decimal(1)), TYPEOF(CAST(f_bytes(x'00') AS STRING))"));
    }

    [Fact]
    public async Task Overloads_are_chosen_by_the_types_of_arguments()
    {
        await using var scope = await EngineScope.OpenAsync();
        scope.Engine.RegisterFunction("kind", (int x) => "int");
        scope.Engine.RegisterFunction("kind", (double x) => "double");
        scope.Engine.RegisterFunction("kind", (string x) => "string");
        scope.Engine.RegisterFunction("kind", (int x, int y) => "two");
        scope.Engine.RegisterFunction("kind", () => "none");
        Assert.Equal("+I(int, double, string, two, none, int)", await scope.TextAsync("SELECT kind(1), kind(1e0), kind('a'), kind(1, 2), kind(), kind(CAST(1 AS TINYINT))"));
        Assert.StartsWith("42883", await scope.ErrorOfAsync<string>("SELECT kind(DATE '2026-01-01')"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_deterministic_is_called_once_for_constants()
    {
        await using var scope = await EngineScope.OpenAsync("SET 'execution.runtime-mode' = 'streaming'");
        var (constant, volatileCalls) = (0, 0);
        scope.Engine.RegisterFunction("constant", (int x) => Interlocked.Increment(ref constant));
        scope.Engine.RegisterFunction("ticket", () => Interlocked.Increment(ref volatileCalls), new FunctionOptions { IsDeterministic = false });
        await scope.TextAsync($"SELECT constant(1) FROM {Numbers}");
        Assert.Equal(1, constant);
        Assert.Equal("+I(1) | +I(2) | +I(3)", await scope.TextAsync($"SELECT ticket() FROM {Numbers}"));
    }

    [Fact]
    public async Task Exceptions_are_errors_with_the_name_of_the_function_or_null()
    {
        await using var scope = await EngineScope.OpenAsync();
        Func<int, int> failing = x => x == 2 ? throw new FormatException("not this one") : 10 * x;
        scope.Engine.RegisterFunction("fails", failing);
        scope.Engine.RegisterFunction("forgives", failing, new FunctionOptions { OnFailure = FunctionFailure.Null });
        Assert.Equal(
            "38000: function FAILS failed: not this one (Handle it in the function, or register it with OnFailure = FunctionFailure.Null.)",
            await scope.ErrorOfAsync<int?>($"SELECT fails(x) FROM {Numbers}"));
        var position = await Assert.ThrowsAsync<SqlException>(() => scope.QueryAsync<int?>($"SELECT fails(x) FROM {Numbers}"));
        Assert.Equal((7, "The exception is FormatException."), (position.Diagnostics[0].Span.Start, position.Diagnostics[0].Detail));
        Assert.Equal([10, null, null], await scope.QueryAsync<int?>($"SELECT forgives(x) FROM {Numbers}"));
        // Where the condition does not hold, the function is not called.
        Assert.Equal([10, 0, null], await scope.QueryAsync<int?>($"SELECT CASE WHEN x = 2 THEN 0 ELSE fails(x) END FROM {Numbers}"));
    }

    [Fact]
    public async Task Names_and_types_that_do_not_fit_are_refused()
    {
        await using var scope = await EngineScope.OpenAsync();
        var engine = scope.Engine;
        engine.RegisterFunction("mine", (int x) => x);
        Assert.StartsWith("42723: function UPPER is built in", Refused(() => engine.RegisterFunction("upper", (string s) => s)), StringComparison.Ordinal);
        Assert.StartsWith("42723: function MINE(y INT) -> INT is registered", Refused(() => engine.RegisterFunction("Mine", (int y) => y)), StringComparison.Ordinal);
        Assert.StartsWith("42602: \"1x\" is not a name", Refused(() => engine.RegisterFunction("1x", (int x) => x)), StringComparison.Ordinal);
        Assert.StartsWith("42804: parameter x of function F is of type Uri", Refused(() => engine.RegisterFunction("f", (Uri x) => 1)), StringComparison.Ordinal);
        Assert.StartsWith("42804: result of function F is of type Uri", Refused(() => engine.RegisterFunction("f", (string x) => new Uri(x))), StringComparison.Ordinal);
        Assert.StartsWith("42883", await scope.ErrorOfAsync<int>("SELECT mine2(1)"), StringComparison.Ordinal);
        Assert.Contains("MINE(x INT) -> INT", await scope.ErrorOfAsync<int>("SELECT mine('a')"), StringComparison.Ordinal);
        Assert.Contains("MINE", await scope.QueryAsync<string>("SHOW FUNCTIONS"));

        static string Refused(Action action) => EngineScope.Text(Assert.Throws<SqlException>(action));
    }

    [Fact]
    public async Task Methods_and_closures_are_functions_too()
    {
        await using var scope = await EngineScope.OpenAsync();
        var factor = 3;
        scope.Engine.RegisterFunction("scaled", (int x) => x * factor);
        scope.Engine.RegisterFunction("rounded", (Func<double, int, double>)Math.Round);
        scope.Engine.RegisterFunction("many", (int a, int b, int c, int d, int e, int f) => a + b + c + d + e + f);
        Assert.Equal("+I(6, 1.23, 21)", await scope.TextAsync("SELECT scaled(2), rounded(1.2345e0, 2), many(1, 2, 3, 4, 5, 6)"));
    }
}
