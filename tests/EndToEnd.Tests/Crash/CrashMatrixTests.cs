using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Crash;

/// <summary>The input of all crashed jobs, written once.</summary>
public sealed class CrashInput : IDisposable
{
    const int Rows = 40_000;
    const int Files = 4;

    readonly WorkDirectory _work = new();

    public CrashInput() => Readings.Write(Path, Files);

    internal CrashReadings Readings { get; } = new(Rows);

    internal string Path => _work["input"];

    public void Dispose() => _work.Dispose();
}

/// <summary>Every crash point of the program, with SIGKILL. A tenth of the cases in a short run, all with SQLSTREAM_LONG=1.</summary>
public abstract class CrashMatrixTests(CrashInput input)
{
    const string Backend = "rocksdb";

    private protected abstract CrashJob Job { get; }

    private protected static TheoryData<string> CasesOf(int job) => SqlStreamProgram.IsLong
        ? [.. CrashCases.All(Backend).Concat(CrashCases.All("memory")).Select(crash => crash.ToString()!)]
        : [.. CrashCases.Few(Backend, job).Select(crash => crash.ToString()!)];

    private protected async Task CheckAsync(string name)
    {
        var crash = CrashCases.All(Backend).Concat(CrashCases.All("memory")).First(crash => crash.ToString() == name);
        using var run = new CrashRun(Job, input.Readings, input.Path);
        await run.CheckAsync(crash);
    }
}

public sealed class WindowsCrashTests(CrashInput input) : CrashMatrixTests(input), IClassFixture<CrashInput>
{
    public static TheoryData<string> Cases => CasesOf(0);

    private protected override CrashJob Job { get; } = new WindowsJob();

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Windows_come_exactly_once_across(string crashes) => CheckAsync(crashes);
}

public sealed class TotalsCrashTests(CrashInput input) : CrashMatrixTests(input), IClassFixture<CrashInput>
{
    public static TheoryData<string> Cases => CasesOf(1);

    private protected override CrashJob Job { get; } = new TotalsJob();

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Changes_come_exactly_once_across(string crashes) => CheckAsync(crashes);
}
