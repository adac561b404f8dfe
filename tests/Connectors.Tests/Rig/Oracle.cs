using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace SqlStream.Connectors.Tests;

/// <summary>Programs of other makes that say what bytes mean.</summary>
static class Oracle
{
    const string Python = "/usr/bin/python3";
    const int TimeoutMs = 120_000;

    /// <summary>Why tests of an oracle are passed over, or null.</summary>
    public static string? Missing(string oracle) => oracle switch
    {
        "avro" => Succeeds(Python, "-c", "import avro.io") ? null : "python3-avro is not installed; eng/deps.sh test installs it",
        "protoc" => Succeeds("protoc", "--version") ? null : "protobuf-compiler is not installed; eng/deps.sh test installs it",
        _ => throw new ArgumentException($"oracle {oracle}"),
    };

    /// <summary>What a script of the folder Oracles prints, given some input.</summary>
    public static string RunPython(string script, string input) =>
        System.Text.Encoding.UTF8.GetString(Run(Python, System.Text.Encoding.UTF8.GetBytes(input), Path.Combine(Folder(), script)));

    /// <summary>What a program prints, given some input.</summary>
    public static byte[] Run(string program, byte[] input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        Assert.True(process.WaitForExit(TimeoutMs), $"{program} does not end");
        reading.Wait();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.ToArray();
    }

    static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "..", "Oracles");

    static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            Run(program, [], arguments);
            return true;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or Xunit.Sdk.XunitException or IOException)
        {
            return false;
        }
    }
}

/// <summary>A fact that is skipped, with the reason, where its oracle is not installed. Under CI=true it runs and fails there.</summary>
sealed class FactIfOracleAttribute : FactAttribute
{
    public FactIfOracleAttribute(string oracle) =>
        Skip = Environment.GetEnvironmentVariable("CI") == "true" ? null : Oracle.Missing(oracle);
}
