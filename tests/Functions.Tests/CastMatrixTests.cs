using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Tests.Support;
using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.Functions.Tests;

/// <summary>tests/golden/casts/matrix.test: every kind of source to every kind of target.</summary>
public sealed class CastMatrixTests
{
    [Fact]
    public void Every_cast_is_allowed_or_fallible_or_refused_as_the_matrix_says()
    {
        var path = Path.Combine(GoldenFolder.Root(), "casts", "matrix.test");
        var sections = GoldenSection.Read(path).ToDictionary(section => section.Directive);
        var samples = sections["samples"].Input.Select(line => line.Split(": ", 2)).ToList();
        var targets = sections["targets"].Input;
        var width = samples.Max(sample => sample[0].Length) + 1;
        var rows = samples.ConvertAll(sample =>
            sample[0].PadRight(width) + string.Join(' ', targets.Select(target => Letter(sample[1].Split("; "), target))));
        if (Environment.GetEnvironmentVariable("SQLSTREAM_REWRITE") == "1")
            GoldenSection.Rewrite(path, new Dictionary<GoldenSection, IReadOnlyList<string>> { [sections["matrix"]] = rows });
        else
            Assert.Equal(string.Join('\n', sections["matrix"].Expected!), string.Join('\n', rows));
    }

    static char Letter(string[] samples, string target)
    {
        if (samples[0].StartsWith("MULTISET", StringComparison.Ordinal))
            return LetterOfMultiset(SqlExpression.Bind($"CAST(NULL AS {target})", TestSession.Utc).Type);
        var letter = 'Y';
        foreach (var sample in samples)
        {
            try
            {
                SqlExpression.Bind($"CAST({sample} AS {target})", TestSession.Utc).AsConstants();
            }
            catch (SqlException exception) when (exception.SqlState == SqlState.CannotCoerce)
            {
                return '-';
            }
            catch (SqlException)
            {
                Assert.Equal("NULL", SqlExpression.Bind($"TRY_CAST({sample} AS {target})", TestSession.Utc).AsConstants());
                letter = '!';
            }
        }
        return letter;
    }

    static char LetterOfMultiset(SqlType target)
    {
        var type = SqlType.Multiset(SqlType.String);
        var pool = new ColumnPool();
        var column = ColumnFactory.Constant(type, (ValueList<PlanEntry>)[new("1", 1), new("x", 2)], 1, pool);
        var argument = new ArgumentInfo(type, false, null, default);
        if (BuiltinFunctions.Instance.PlanCast(argument, target, isTry: false) is not { } cast)
            return '-';
        try
        {
            cast.Kernel(new EvaluationContext(pool, 1, [], TestSession.Utc), [column]);
            return 'Y';
        }
        catch (SqlException)
        {
            var tried = BuiltinFunctions.Instance.PlanCast(argument, target, isTry: true)!;
            Assert.True(tried.Kernel(new EvaluationContext(pool, 1, [], TestSession.Utc), [column]).IsNull(0));
            return '!';
        }
    }
}
