using System.Diagnostics;

namespace SqlStream.Broker.Tests.Support;

/// <summary><c>sqlstream broker</c> as a process of its own, on a port that it keeps over restarts.</summary>
sealed class BrokerProcess : IDisposable
{
    readonly Process _process;

    BrokerProcess(Process process, string servers)
    {
        _process = process;
        Servers = servers;
    }

    public string Servers { get; }

    public static async Task<BrokerProcess> StartAsync(string listen, params string[] arguments)
    {
        // What make build left, or another build that is named.
        var program = Environment.GetEnvironmentVariable("SQLSTREAM_BIN") ?? Path.Combine(Clients.Root, "artifacts", "sqlstream", "sqlstream");
        Assert.True(File.Exists(program), $"the program is not at {program}: run 'make build', or set SQLSTREAM_BIN");
        var info = new ProcessStartInfo(program, ["broker", "--listen", listen, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(info)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var line = await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidDataException(await process.StandardError.ReadToEndAsync(limit.Token));
        return new BrokerProcess(process, line.Split(' ', ',')[3]);
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }
}
