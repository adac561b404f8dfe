using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Text;
using SqlStream.EndToEnd.Tests.Rig;
using SqlStream.Goldens;
using SqlStream.Testing;

namespace SqlStream.EndToEnd.Tests.Kills;

/// <summary>What a user is told who starts a script over the state of an unfinished run: tests/golden/recovery.</summary>
/// <remarks>Sections of a file: <c>tables</c> is the beginning of every script; <c>crash</c> runs statements and kills them when their first
/// checkpoint is durable and nothing is delivered. Each later section begins with a copy of what that left: <c>run OPTION...</c> runs
/// other statements, or the same if it has none; <c>flip FILE</c>, <c>cut FILE</c>, <c>delete FILE</c> and <c>newer FILE</c> first damage
/// each file of that name, and run the same. Expected are the exit code and the standard error, with DIR, JOB and SHA for what
/// differs from run to run.</remarks>
public sealed partial class RecoveryGoldenTests
{
    const string Tables = "tables";
    const string Crash = "crash";

    // Bytes that a cut leaves: before anything whose length differs from run to run, as times do, whose fractions end at the last digit that is not zero.
    const int Kept = 40;

    public static TheoryData<string> Files => [.. GoldenFolder.Files("recovery")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_user_is_told(string file)
    {
        var path = Path.Combine(GoldenFolder.Root(), file);
        var sections = GoldenSection.Read(path);
        var tables = sections.Single(section => section.Directive == Tables);
        var crash = sections.Single(section => section.Directive == Crash);
        using var crashed = new WorkDirectory();
        crashed.Write("input/rows.json", string.Concat(Enumerable.Range(0, 100).Select(id => $"{{\"id\":{id},\"k\":\"k{id % 3}\",\"v\":{id % 7}}}\n")));
        Write(crashed, tables, crash);
        (await RunAsync(crashed, [], "checkpoint.published:1")).Exits(ProgramResult.Killed);
        var answers = new Dictionary<GoldenSection, IReadOnlyList<string>>();
        foreach (var section in sections.Where(section => section != tables && section != crash))
            answers.Add(section, await AnswerAsync(crashed, tables, section.Input.Count == 0 ? crash : section, section.Directive.Split(' ')));
        if (Environment.GetEnvironmentVariable("SQLSTREAM_REWRITE") == "1")
            GoldenSection.Rewrite(path, answers);
        Assert.All(answers, answer => Assert.Equal(answer.Key.Expected ?? [], answer.Value));
    }

    static async Task<IReadOnlyList<string>> AnswerAsync(WorkDirectory crashed, GoldenSection tables, GoldenSection statements, string[] directive)
    {
        using var work = new WorkDirectory();
        crashed.CopyTo(work);
        Write(work, tables, statements);
        if (directive[0] != "run")
        {
            var files = Directory.EnumerateFiles(work["data"], directive[1], SearchOption.AllDirectories).ToList();
            Assert.NotEmpty(files);
            files.ForEach(file => Damage(file, directive[0]));
        }
        var result = await RunAsync(work, directive[0] == "run" ? directive[1..] : [], null);
        var error = Varying().Replace(result.Error.Replace(work.Path, "DIR", StringComparison.Ordinal), match => match.Length == 64 ? "SHA" : "JOB");
        return [$"exit {result.ExitCode}", .. error.TrimEnd().Split('\n')];
    }

    static Task<ProgramResult> RunAsync(WorkDirectory work, string[] options, string? crash) => RunningProgram.RunAsync(new ProgramStart
    {
        Arguments = ["run", "job.sql", "--data", work["data"], "--parallelism", "1", .. options],
        WorkingDirectory = work.Path,
        Environment = crash is null ? new Dictionary<string, string>() : new() { ["SQLSTREAM_CRASH"] = crash },
    });

    static void Write(WorkDirectory work, GoldenSection tables, GoldenSection statements) =>
        work.Write("job.sql", string.Join('\n', [.. tables.Input, .. statements.Input, ""]));

    static void Damage(string file, string how)
    {
        var bytes = File.ReadAllBytes(file);
        switch (how)
        {
            case "flip":
                bytes[bytes.Length / 2] ^= 1;
                File.WriteAllBytes(file, bytes);
                break;
            case "cut":
                File.WriteAllBytes(file, bytes[..Kept]);
                break;
            case "delete":
                File.Delete(file);
                break;
            case "newer":
                File.WriteAllText(file, Newer(Encoding.UTF8.GetString(bytes)));
                break;
            default:
                Assert.Fail($"no damage is called {how}");
                break;
        }
    }

    // As a later engine might write it, whole by its own checksum.
    static string Newer(string json)
    {
        json = json.Replace("\"formatVersion\": 1", "\"formatVersion\": 99", StringComparison.Ordinal);
        var seal = json.LastIndexOf(",\n  \"checksum\"", StringComparison.Ordinal);
        if (seal < 0)
            return json;
        var open = json[..seal];
        return $"{open},\n  \"checksum\": \"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(open)))}\"\n}}\n";
    }

    // Digests and job ids.
    [GeneratedRegex(@"\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b")]
    private static partial Regex Varying();
}
