using System.Diagnostics;
using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;
using SqlStream.Testing;

namespace SqlStream.State.Tests.Checkpoints;

public sealed class JobLeaseTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly ManualClock _clock = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Each_holder_has_a_greater_incarnation_also_while_the_clock_stands_still()
    {
        var start = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        for (var expected = start; expected < start + 3; expected++)
        {
            using var lease = Acquire();
            Assert.Equal(expected, lease.Incarnation);
        }
    }

    [Fact]
    public void A_later_holder_of_another_directory_has_a_greater_incarnation()
    {
        long before = 0;
        for (var i = 0; i < 3; i++)
        {
            using var lease = Acquire();
            before = lease.Incarnation;
        }
        _clock.Advance(TimeSpan.FromSeconds(1));
        using var later = JobLease.Acquire(_directory["elsewhere"], _clock);
        Assert.True(later.Incarnation > before);
    }

    [Fact]
    public void A_second_holder_is_refused_with_process_and_directory()
    {
        using var lease = Acquire();
        var e = Assert.Throws<SqlException>(Acquire);
        Assert.Equal(SqlState.ObjectInUse, e.SqlState);
        Assert.Equal($"data directory \"{_directory["data"]}\" is in use by another engine of this process", e.Message);
        lease.Dispose();
        using var next = Acquire();
        Assert.Equal(lease.Incarnation + 1, next.Incarnation);
    }

    [FactIfProgram("flock")]
    public void The_lock_of_another_process_counts_and_ends_with_its_kill()
    {
        var before = Acquire();
        before.Dispose();
        using var other = Process.Start(new ProcessStartInfo("flock", ["--no-fork", Path.Combine(_directory["data"], "lease.lock"), "sh", "-c", "echo locked; exec sleep 300"])
        {
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("locked", other.StandardOutput.ReadLine());
        Assert.Equal(SqlState.ObjectInUse, Assert.Throws<SqlException>(Acquire).SqlState);
        other.Kill();
        other.WaitForExit();
        using var lease = Acquire();
        Assert.Equal(before.Incarnation + 1, lease.Incarnation);
    }

    [FactIfProgram("flock")]
    public void Another_process_is_kept_out()
    {
        using var lease = Acquire();
        using var other = Process.Start("flock", ["--nonblock", Path.Combine(_directory["data"], "lease.lock"), "true"]);
        other.WaitForExit();
        Assert.NotEqual(0, other.ExitCode);
    }

    [Fact]
    public void A_damaged_counter_is_refused_and_never_restarted()
    {
        Acquire().Dispose();
        var path = Path.Combine(_directory["data"], "lease.json");
        var bytes = File.ReadAllBytes(path);
        bytes[^30] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(SqlState.DataCorrupted, Assert.Throws<SqlException>(Acquire).SqlState);
    }

    JobLease Acquire() => JobLease.Acquire(_directory["data"], _clock);
}
