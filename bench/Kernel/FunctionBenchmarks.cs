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
        "JSON_QUERY ARRAY j '$.a.x' 'WITHOUT' 'NULL' 'NULL'", "REGEXP_EXTRACT_ALL s '([a-c])d' 1", "CURRENT_WATERMARK m", "ARRAY[] n n n", "MAP[] s n", "ROW() n s", "[] A 2", ". R 'y'",
        "ARRAY_APPEND A n", "ARRAY_PREPEND A n", "ARRAY_REMOVE A 2", "ARRAY_CONCAT A B", "ARRAY_REVERSE A", "ARRAY_SLICE A 2 3", "ARRAY_DISTINCT A", "ARRAY_UNION A B", "ARRAY_EXCEPT A B",
        "ARRAY_INTERSECT A B", "CARDINALITY A", "ELEMENT E", "ARRAY_CONTAINS A 2", "ARRAY_POSITION A 2", "ARRAY_MAX A", "ARRAY_MIN A", "ARRAY_JOIN T ','", "ARRAY_SORT A", "MAP_KEYS M",
        "MAP_VALUES M", "MAP_ENTRIES M", "MAP_FROM_ARRAYS A B", "MAP_UNION M M", "SPLIT u '/'", "STR_TO_MAP k",
    ];

    // Why a function takes longer, or allocates. Kept beside the figures: docs/sql/function-cost.md tells users the same.
    static readonly Dictionary<string, string> s_reasons = new(StringComparer.Ordinal)
    {
        ["SIMILAR TO"] = Pattern,
        ["REGEXP"] = Pattern,
        ["REGEXP_REPLACE"] = Pattern,
        ["REGEXP_SUBSTR"] = Pattern,
        ["REGEXP_COUNT"] = Pattern,
        ["REGEXP_INSTR"] = Pattern,
        ["REGEXP_EXTRACT"] = Groups,
        ["REGEXP_EXTRACT_ALL"] = Groups,
        ["MD5"] = Digest,
        ["SHA1"] = Digest,
        ["SHA224"] = Digest,
        ["SHA256"] = Digest,
        ["SHA384"] = Digest,
        ["SHA512"] = Digest,
        ["SHA2"] = Digest,
        ["UUID"] = "random bytes of the system",
        ["PRINTF"] = "strings of each row: it is for people",
        ["URL_ENCODE"] = Characters,
        ["URL_DECODE"] = Characters,
        ["PARSE_URL"] = Characters,
        ["FROM_BASE64"] = Characters,
        ["REPLACE"] = Characters,
        ["OVERLAY"] = Characters,
        ["TRANSLATE"] = Characters,
        ["JSON_QUOTE"] = Characters,
        ["SPLIT"] = Characters,
        ["STR_TO_MAP"] = Characters,
        ["IS_ALPHA"] = Characters,
        ["IS_DECIMAL"] = Characters,
        ["INITCAP"] = Characters,
        ["CONCAT_WS"] = Characters,
        ["LPAD"] = Characters,
        ["RPAD"] = Characters,
        ["ARRAY_DISTINCT"] = Sets,
        ["ARRAY_UNION"] = Sets,
        ["ARRAY_EXCEPT"] = Sets,
        ["ARRAY_INTERSECT"] = Sets,
        ["MAP_FROM_ARRAYS"] = Sets,
        ["MAP_UNION"] = Sets,
        ["ARRAY_SORT"] = Sets,
        ["MAP_ENTRIES"] = "a ROW for each entry",
        ["ROUND"] = "rounds a DOUBLE in its shortest decimal form",
        ["TRUNCATE"] = "cuts a DOUBLE in its shortest decimal form",
        ["DATE_FORMAT"] = Dates,
        ["FROM_UNIXTIME"] = Dates,
        ["TO_TIMESTAMP"] = Dates,
        ["TO_DATE"] = Dates,
        ["UNIX_TIMESTAMP"] = Dates,
        ["CONVERT_TZ"] = Dates,
        ["IS JSON"] = Json,
        ["IS JSON SCALAR"] = Json,
        ["IS JSON ARRAY"] = Json,
        ["IS JSON OBJECT"] = Json,
        ["JSON_EXISTS"] = Json,
        ["JSON_VALUE"] = Json,
        ["JSON_OBJECT"] = Json,
        ["JSON_ARRAY"] = Json,
        ["JSON_STRING"] = Json,
        ["JSON_QUERY"] = Document,
        ["JSON_QUERY ARRAY"] = Document,
        ["JSON"] = Document,
    };

    const string Pattern = "a search with the runtime's compiled regular expressions";
    const string Groups = "the runtime tells groups by objects alone";
    const string Digest = "the digest itself, a call of the system's library";
    const string Characters = "a search and a copy for each piece of the text";
    const string Sets = "compares each value of a row with others";
    const string Dates = "reads or writes a date of 19 characters by its pattern";
    const string Json = "reads the text as JSON, to its end";
    const string Document = "members in the order of names need the whole document";

    /// <summary>Measures all; a function above 100 ns a row, or that allocates, is marked unless it is said why it does.</summary>
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
        // Long enough that patterns are compiled, and that kernels are compiled again: that happens beside, a while after their thirtieth call.
        var warm = Stopwatch.StartNew();
        for (var i = 0; i < 40 || warm.ElapsedMilliseconds < 300; i++)
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
        var reached = best <= NanosMax && bytes < 1;
        var reason = reached ? null : s_reasons.GetValueOrDefault(name);
        report.Add(new Figure(text, figure, reason is null ? $"{NanosMax} ns, 1 B" : $"- {reason}", reached || reason is not null));
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
            ['k'] = Build(SqlType.String, texts.Select((text, i) => $"a={text},b={i}"), pool),
            ['A'] = Build(SqlType.Array(SqlType.BigInt), texts.Select((_, i) => (object)List(i % 7, 2L, i % 5)), pool),
            ['B'] = Build(SqlType.Array(SqlType.BigInt), texts.Select((_, i) => (object)List(i % 3, i % 11, 4L)), pool),
            ['E'] = Build(SqlType.Array(SqlType.BigInt), texts.Select((_, i) => (object)List((long)i)), pool),
            ['T'] = Build(SqlType.Array(SqlType.String), texts.Select(text => (object)List(text, "x")), pool),
            ['M'] = Build(SqlType.Map(SqlType.String, SqlType.BigInt), texts.Select((text, i) => (object)ValueList.Create<PlanEntry>([new("a", (long)i), new(text, 2L)])), pool),
            ['R'] = Build(SqlType.Row([new Field("x", SqlType.BigInt), new Field("y", SqlType.String)]), texts.Select((text, i) => (object)List((long)i, text)), pool),
        };
    }

    static ValueList<object?> List(params object?[] values) => [.. values.Select(value => value is int number ? (long)number : value)];

    static Column Build(SqlType type, IEnumerable<object> values, ColumnPool pool)
    {
        using var builder = ColumnBuilder.Create(type, pool);
        foreach (var value in values)
            PlanValue.Append(builder, value);
        return builder.Build();
    }
}
