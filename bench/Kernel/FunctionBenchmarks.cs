using System.Diagnostics;
using System.Globalization;
using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;
using SqlStream.Functions;

namespace SqlStream.Bench;

/// <summary>Time and memory of every scalar function over columns of 4,096 rows, the first argument a column unless the function has none.</summary>
static class FunctionBenchmarks
{
    const int Rows = Batch.RowsMax;
    const double NanosMax = 100;

    // Name and arguments: a letter is a column, the rest are constants.
    static readonly string[] s_calls =
    [
        "+ n n", "- n n", "* d d", "/ d d", "% n 7", "MOD n 7", "NEGATE n", "= n n", "<> s t", "< s t", "<= n n", "> n n", ">= n n",
        "IS DISTINCT FROM n n", "IS NOT DISTINCT FROM s t", "NOT o", "IS NULL n", "IS NOT NULL n", "IS TRUE o", "IS NOT TRUE o", "IS FALSE o", "IS NOT FALSE o",
        "|| s t", "CONCAT s t", "CONCAT_WS '-' s t", "LIKE s '%ab%'", "SIMILAR TO s '%(ab|cd)%'", "UPPER s", "LOWER s", "INITCAP s", "CHAR_LENGTH s",
        "CHARACTER_LENGTH s", "OCTET_LENGTH s", "SUBSTRING s 2 5", "SUBSTR s 2", "LEFT s 3", "RIGHT s 3", "POSITION 'ab' s", "LOCATE 'ab' s", "INSTR s 'ab'",
        "STARTSWITH s 'ab'", "ENDSWITH s 'ab'", "TRIM s", "LTRIM s", "RTRIM s", "BTRIM s", "LPAD s 40 '*'", "RPAD s 40 '*'", "REPEAT s 2", "REPLACE s 'a' 'bc'",
        "REVERSE s", "OVERLAY s 'xx' 3", "SPLIT_INDEX u '/' 2", "ASCII s", "CHR i", "MD5 s", "SHA1 s", "SHA224 s", "SHA256 s", "SHA384 s", "SHA512 s", "SHA2 s 256",
        "TRANSLATE s 'abc' 'xyz'", "ELT 1 s", "PRINTF '%s-%d' s n", "TO_BASE64 s", "FROM_BASE64 e", "ENCODE s 'UTF-8'", "DECODE b 'UTF-8'", "IS_VALID_UTF8 b",
        "MAKE_VALID_UTF8 b", "URL_ENCODE u", "URL_DECODE u", "PARSE_URL u 'HOST'", "INET_ATON p", "INET_NTOA n", "REGEXP s '[a-c]+d'",
        "REGEXP_REPLACE s '[a-c]+' '-'", "REGEXP_EXTRACT u '(&|^)channel_id=([^&]*)' 2", "REGEXP_SUBSTR s '[a-c]+'", "REGEXP_COUNT s '[a-c]'", "REGEXP_INSTR s 'd[a-c]'",
        "ABS d", "SIGN d", "FLOOR d", "CEIL d", "CEILING d", "ROUND d 2", "TRUNCATE d 2", "POWER d 2", "SQRT d", "EXP d", "LN d", "LOG d", "LOG10 d", "LOG2 d", "SIN d", "COS d",
        "TAN d", "SINH d", "COSH d", "TANH d", "COT d", "ASIN d", "ACOS d", "ATAN d", "ATAN2 d d", "DEGREES d", "RADIANS d", "PI", "E", "BIN n", "HEX n", "UNHEX h", "RAND",
        "RAND_INTEGER 100", "UUID", "EXTRACT 'YEAR' m", "YEAR m", "QUARTER m", "MONTH m", "WEEK m", "DAYOFYEAR m", "DAYOFMONTH m", "DAYOFWEEK m", "HOUR m", "MINUTE m", "SECOND m",
        "DATE_FORMAT m 'yyyy-MM-dd HH:mm:ss'", "FROM_UNIXTIME n", "TO_TIMESTAMP w", "TO_DATE w", "UNIX_TIMESTAMP w", "TO_TIMESTAMP_LTZ n 3", "TIMESTAMPADD 'DAY' 1 m",
        "TIMESTAMPDIFF 'DAY' m m", "CONVERT_TZ w 'UTC' 'Europe/Berlin'", "CURRENT_TIMESTAMP", "NOW", "CURRENT_ROW_TIMESTAMP", "PROCTIME", "LOCALTIMESTAMP", "CURRENT_DATE",
        "CURRENT_TIME", "LOCALTIME", "GREATEST n n", "LEAST s t", "TYPEOF n", "IS_ALPHA s", "IS_DIGIT s", "IS_DECIMAL s", "IS JSON j", "IS JSON SCALAR j", "IS JSON ARRAY j",
        "IS JSON OBJECT j", "JSON_EXISTS j '$.a.b' 'FALSE'", "JSON_VALUE j '$.a.b' s 'NULL' s 'NULL' s", "JSON_QUERY j '$.a' 'WITHOUT' 'NULL' 'NULL'",
        "JSON_OBJECT 'NULL' 'vv' 'k' s 'n' n", "JSON_ARRAY 'NULL' 'vv' s n", "JSON_STRING s", "JSON j", "JSON_QUOTE s", "JSON_UNQUOTE j",
    ];

    /// <summary>Measures all; a function above 100 ns a row, or that allocates, is marked.</summary>
    public static Task RunAsync(Report report)
    {
        var pool = new ColumnPool();
        var columns = Columns(pool);
        foreach (var call in s_calls)
            Measure(report, call, columns, pool);
        var left = BuiltinFunctions.Instance.Scalars.Select(function => function.Name)
            .Where(name => !name.StartsWith('$') && !name.EndsWith("UNKNOWN", StringComparison.Ordinal) && !s_calls.Any(call => NameOf(call) == name));
        report.Add(new Figure("functions that are not measured", string.Join(' ', left), "none", !left.Any()));
        return Task.CompletedTask;
    }

    static void Measure(Report report, string text, Dictionary<char, Column> columns, ColumnPool pool)
    {
        var name = NameOf(text);
        if (!BuiltinFunctions.Instance.TryGetScalar(name, out var function))
            throw new ArgumentException($"there is no function {name}");
        var arguments = new List<Column>();
        var infos = new List<ArgumentInfo>();
        foreach (var word in Words(text[name.Length..]))
        {
            if (word.Length == 1 && char.IsAsciiLetter(word[0]))
            {
                arguments.Add(columns[word[0]]);
                infos.Add(new ArgumentInfo(columns[word[0]].Type, false, null, default));
                continue;
            }
            var (type, value) = word[0] == '\''
                ? (SqlType.Varchar(Math.Max(1, word.Length - 2)), (object)word[1..^1])
                : (SqlType.Int, int.Parse(word, CultureInfo.InvariantCulture));
            arguments.Add(ColumnFactory.Constant(type.WithNullability(false), value, Rows, pool));
            infos.Add(new ArgumentInfo(type.WithNullability(false), true, value, default));
        }
        var call = function.Plan(infos.ToArray()) ?? throw new ArgumentException($"{text} does not fit");
        var session = new SessionContext(TimeZoneInfo.Utc, TimeProvider.System, new Random(1));
        Column[] cast = [.. arguments.Select((argument, i) => Cast(argument, call.ParameterTypes[i], pool, session))];
        // Long enough that patterns are compiled.
        for (var i = 0; i < 20; i++)
            call.Kernel(new EvaluationContext(pool, Rows, [], session), cast).Release();
        var best = double.MaxValue;
        var bytes = 0.0;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            const int batches = 10;
            for (var i = 0; i < batches; i++)
                call.Kernel(new EvaluationContext(pool, Rows, [], session), cast).Release();
            best = Math.Min(best, clock.Elapsed.TotalNanoseconds / (batches * Rows));
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)(batches * Rows);
        }
        var figure = string.Create(CultureInfo.InvariantCulture, $"{best:0.0} ns/row {bytes:0.0} B/row");
        report.Add(new Figure(text, figure, $"{NanosMax} ns, 1 B", best <= NanosMax && bytes < 1));
    }

    static Column Cast(Column column, SqlType type, ColumnPool pool, SessionContext session) => column.Type.SameIgnoringNullability(type)
        ? column
        : BuiltinFunctions.Instance.PlanCast(new ArgumentInfo(column.Type, false, null, default), type, isTry: true)!
            .Kernel(new EvaluationContext(pool, Rows, [], session), [column]);

    static string NameOf(string text) => BuiltinFunctions.Instance.Scalars.Select(function => function.Name)
        .Where(name => text == name || text.StartsWith(name + " ", StringComparison.Ordinal)).MaxBy(name => name.Length)!;

    static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == ' ')
            {
                i++;
                continue;
            }
            var end = text[i] == '\'' ? text.IndexOf('\'', i + 1) + 1 : text.IndexOf(' ', i);
            end = end < 0 ? text.Length : end;
            words.Add(text[i..end]);
            i = end;
        }
        return words;
    }

    static Dictionary<char, Column> Columns(ColumnPool pool)
    {
        var random = new Random(1);
        string Word(int length) => string.Create(length, random, static (span, random) =>
        {
            foreach (ref var c in span)
                c = (char)('a' + random.Next(8));
        });
        string[] texts = [.. Enumerable.Range(0, Rows).Select(_ => Word(random.Next(8, 24)))];
        return new Dictionary<char, Column>
        {
            ['s'] = Build(SqlType.String, texts, pool),
            ['t'] = Build(SqlType.String, texts.Reverse(), pool),
            ['b'] = Build(SqlType.Bytes, texts.Select(text => (object)ValueList.Create<byte>(Encoding.UTF8.GetBytes(text))), pool),
            ['e'] = Build(SqlType.String, texts.Select(text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text))), pool),
            ['h'] = Build(SqlType.String, texts.Select(text => Convert.ToHexString(Encoding.UTF8.GetBytes(text))), pool),
            ['u'] = Build(SqlType.String, texts.Select(text => $"https://www.nexmark.com/{text}/item.htm?query=1&channel_id={text}"), pool),
            ['p'] = Build(SqlType.String, texts.Select((_, i) => $"10.0.{i / 256}.{i % 256}"), pool),
            ['j'] = Build(SqlType.String, texts.Select((text, i) => $"{{\"id\":{i},\"a\":{{\"x\":[1,2],\"b\":\"{text}\"}},\"z\":true}}"), pool),
            ['w'] = Build(SqlType.String, texts.Select((_, i) => $"2026-03-04 05:{i / 60 % 60:00}:{i % 60:00}"), pool),
            ['n'] = Build(SqlType.BigInt, texts.Select((_, i) => (object)(1_000_000L + (i * 7919L))), pool),
            ['i'] = Build(SqlType.Int, texts.Select((_, i) => (object)(i % 100)), pool),
            ['d'] = Build(SqlType.Double, texts.Select((_, i) => (object)(i / 5000.0)), pool),
            ['o'] = Build(SqlType.Boolean, texts.Select((_, i) => (object)(i % 3 == 0)), pool),
            ['m'] = Build(SqlType.Timestamp(3), texts.Select((_, i) => (object)(1_772_600_767_000_000L + (i * 1_000_003L))), pool),
        };
    }

    static Column Build(SqlType type, IEnumerable<object> values, ColumnPool pool)
    {
        using var builder = ColumnBuilder.Create(type, pool);
        foreach (var value in values)
            PlanValue.Append(builder, value);
        return builder.Build();
    }
}
